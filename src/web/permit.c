/* SPDX-License-Identifier: MIT */
#include "web/permit.h"

bool sc_call_may(const struct sc_call *call, enum sc_right right, const char *stream)
{
    return right != SC_RIGHT_UNNAMED;
}

bool sc_permit(struct sc_call *call, const struct sc_endpoint *row)
{
    if (row->right != SC_RIGHT_UNNAMED)
        return true;
    sc_reply_error(&call->reply, 403, NULL, "nobody may do this");
    return false;
}
