"""One file per question. Each has run(bench), which gives the Figures that answer it."""
