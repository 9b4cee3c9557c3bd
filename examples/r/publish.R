#!/usr/bin/env Rscript
# A walk at random, drawn by R: publish.R [URL] [N]. Its package curl keeps the connection (Debian: r-cran-curl).

library(curl)

words <- commandArgs(trailingOnly = TRUE)
url <- if (length(words) > 0) words[1] else "http://localhost:8080/walk"
n <- if (length(words) > 1) as.integer(words[2]) else 100

file <- tempfile(fileext = ".png")
connection <- handle_setheaders(new_handle(), "Content-Type" = "image/png")

publish <- function(draw) {
  png(file, width = 640, height = 360, type = "cairo")
  draw()
  dev.off()
  picture <- readBin(file, "raw", file.size(file))
  handle_setopt(connection, customrequest = "PUT", postfieldsize = length(picture), postfields = picture)
  answer <- curl_fetch_memory(paste0(url, ".png"), connection)
  if (answer$status_code >= 300) stop(rawToChar(answer$content), call. = FALSE)
}

steps <- cumsum(rnorm(n))
for (i in seq_len(n)) {
  publish(function() plot(steps[1:i], type = "l", lwd = 3, col = "red", xlim = c(1, n), ylim = range(steps), xlab = "step", ylab = ""))
  Sys.sleep(0.1)
}
