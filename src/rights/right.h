/* SPDX-License-Identifier: MIT */
/* What one may be allowed to do. Each is separate: whoever publishes need not be allowed to watch.
 */
#pragma once

enum sc_right {
    SC_RIGHT_UNNAMED, /* somebody forgot to say: nobody may */
    SC_RIGHT_PUBLIC,  /* everybody may: nothing of any stream is told */
    SC_RIGHT_VIEW,    /* see pictures, and that there are streams */
    SC_RIGHT_PUBLISH, /* publish pictures, and end what was published */
    SC_RIGHT_CONTROL, /* change how a source works */
    SC_RIGHT_METRICS, /* read the counters */
};
