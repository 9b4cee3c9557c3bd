/* SPDX-License-Identifier: MIT */
#include "http/authority.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void takes_authorities_apart(void **state)
{
    static const struct {
        const char *text, *host;
        bool is_address;
        uint16_t port;
    } cases[] = {
        {"a", "a", false, 0},
        {"a:1", "a", false, 1},
        {"azAZ09", "azAZ09", false, 0},
        {"a:9", "a", false, 9},
        {"names-of-46-bytes-are-longer-than-any-address.",
         "names-of-46-bytes-are-longer-than-any-address.", false, 0},
        {"a.b-c_d.", "a.b-c_d.", false, 0},
        {"localhost:65535", "localhost", false, 65535},
        {"127.0.0.1", "127.0.0.1", true, 0},
        {"127.0.0.1:080", "127.0.0.1", true, 80},
        {"127.0.0", "127.0.0", false, 0},
        {"256.0.0.1", "256.0.0.1", false, 0},
        {"[::]", "::", true, 0},
        {"[2001:DB8::1]:8080", "2001:DB8::1", true, 8080},
        {"[::ffff:127.0.0.1]", "::ffff:127.0.0.1", true, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_authority authority;
        assert_int_equal(sc_authority_parse(sc_text_of(cases[i].text), &authority), 0);
        assert_true(sc_text_equals(authority.host, sc_text_of(cases[i].host)));
        assert_int_equal(authority.is_address, cases[i].is_address);
        assert_int_equal(authority.port, cases[i].port);
    }
}

static void refuses_all_else(void **state)
{
    static const char *const texts[] = {
        "",
        ":",
        ":80",
        "a:",
        "a:0",
        "a:65536",
        "a:100000",
        "a:000080",
        "a:8o",
        "a: 80",
        "a:-1",
        "a:80:80",
        "a b",
        "a/",
        "a@b",
        "a%41",
        "[",
        "]",
        "[]",
        "[::1",
        "::1",
        "[::1]]",
        "[[::1]]",
        "[::1]a",
        "[::1]x8",
        "[a]",
        "[1]",
        "[::g]",
        "[::1%1]",
        "[::1 ]",
        "a]",
        "a[::1]",
        "[127.0.0.1]",
        "[::1]:",
        "[::1]:0",
        "\xc3\xa9",
        "a\x7f",
        "[1:2:3:4:5:6:7:8:9]",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]",
    };
    struct sc_authority authority;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (sc_authority_parse(sc_text_of(texts[i]), &authority) != -EINVAL)
            fail_msg("'%s'", texts[i]);
    assert_int_equal(sc_authority_parse((struct sc_text){"[::1\0]", 6}, &authority), -EINVAL);
    assert_int_equal(sc_authority_parse((struct sc_text){"1.2.3.4\0", 8}, &authority), -EINVAL);
    assert_int_equal(sc_authority_parse((struct sc_text){NULL, 0}, &authority), -EINVAL);
}

static void takes_a_name_of_253_bytes_and_no_longer(void **state)
{
    char name[254];
    struct sc_authority authority;
    (void)state;
    memset(name, 'a', sizeof name);
    assert_int_equal(sc_authority_parse((struct sc_text){name, 253}, &authority), 0);
    assert_int_equal(sc_authority_parse((struct sc_text){name, 254}, &authority), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_authorities_apart),
        cmocka_unit_test(refuses_all_else),
        cmocka_unit_test(takes_a_name_of_253_bytes_and_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
