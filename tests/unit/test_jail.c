/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "jail/jail.h"

/* Everything happens in a child, for there is no way back. Its exit code is the errno of what it
 * tried, 0 when it could. */
#define NO_JAIL 200

struct world {
    char folder[64]; /* what is in a may be read, in b written, other is not ours */
};

static const struct world *world;

static const char *inside(const char *name)
{
    static char path[2][128];
    static int turn;
    turn = !turn;
    (void)snprintf(path[turn], sizeof path[turn], "%s/%s", world->folder, name);
    return path[turn];
}

static void make_file(const char *name)
{
    int fd = open(inside(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static int told(long rc)
{
    return rc < 0 ? errno : 0;
}

static int try_open(const char *path, int flags)
{
    return told(open(path, flags | O_CLOEXEC, 0644));
}

static int run_program(void)
{
    char *argv[] = {"true", NULL}, *envp[] = {NULL};
    return told(execve("/bin/true", argv, envp));
}

static int run_program_by_descriptor(void)
{
    char *argv[] = {"true", NULL}, *envp[] = {NULL};
    int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? NO_JAIL : told(fexecve(fd, argv, envp));
}

static int make_process(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return told(pid);
}

static int trace(void)
{
    return told(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int mount_something(void)
{
    return told(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int load_bpf(void)
{
    union bpf_attr attr = {0};
    return told(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr));
}

static int make_ring(void)
{
    return told(syscall(SYS_io_uring_setup, 4, NULL));
}

static int make_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
}

static int turn_data_into_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NO_JAIL : told(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int listen_to_all_packets(void)
{
    return told(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int signal_another(void)
{
    return told(kill(getppid(), SIGCONT));
}

static int read_what_is_shown(void)
{
    return try_open(inside("a/root/shown/a.jpg"), O_RDONLY);
}

static int write_what_is_shown(void)
{
    return try_open(inside("a/root/shown/a.jpg"), O_WRONLY);
}

static int read_beside(void)
{
    return try_open(inside("other/secret"), O_RDONLY);
}

static int replace_what_is_kept(void)
{
    int rc = try_open(inside("b/kept/deep/b.tmp"), O_CREAT | O_WRONLY | O_TRUNC);
    return rc ? rc : told(rename(inside("b/kept/deep/b.tmp"), inside("b/kept/deep/b.jpg")));
}

static int find_a_folder_made_again(void)
{
    if (unlink(inside("b/kept/deep/b.jpg")) < 0 && errno != ENOENT)
        return errno;
    if (rmdir(inside("b/kept/deep")) < 0 || mkdir(inside("b/kept/deep"), 0700) < 0)
        return errno;
    return try_open(inside("b/kept/deep/b.jpg"), O_CREAT | O_WRONLY);
}

static int read_a_library(void)
{
    return try_open("/etc/ld.so.cache", O_RDONLY);
}

static int write_into_the_system(void)
{
    return try_open("/etc/stillcast-was-here", O_CREAT | O_WRONLY);
}

static int throw_away(void)
{
    return try_open("/dev/null", O_WRONLY);
}

static void *nothing(void *self)
{
    return self;
}

static int make_thread(void)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, nothing, NULL);
    return rc ? rc : pthread_join(thread, NULL);
}

static int use_the_network(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? errno : told(listen(fd, 1));
}

/* There socket(2) goes through socketcall(2), whose arguments no filter sees. */
#ifdef __i386__
#define PACKETS_INSIDE -1
#else
#define PACKETS_INSIDE EPERM
#endif

static const struct {
    const char *what;
    int (*act)(void);
    int before, inside; /* -1: whatever */
} deeds[] = {
    {"run a program", run_program, -1, EPERM},
    {"run a program by descriptor", run_program_by_descriptor, -1, EPERM},
    {"make a process", make_process, 0, EPERM},
    {"trace", trace, 0, EPERM},
    {"mount", mount_something, -1, EPERM},
    {"load into the kernel", load_bpf, -1, EPERM},
    {"make a ring", make_ring, -1, ENOSYS},
    {"make code", make_code, 0, EPERM},
    {"turn data into code", turn_data_into_code, 0, EPERM},
    {"listen to all packets", listen_to_all_packets, -1, PACKETS_INSIDE},
    {"signal another process", signal_another, 0, EPERM},
    {"read what is shown", read_what_is_shown, 0, 0},
    {"write what is shown", write_what_is_shown, 0, EACCES},
    {"read what is beside", read_beside, 0, EACCES},
    {"replace what is kept", replace_what_is_kept, 0, 0},
    {"find a folder that was made again", find_a_folder_made_again, 0, 0},
    {"read a library", read_a_library, 0, 0},
    {"write into the system", write_into_the_system, -1, EACCES},
    {"throw away", throw_away, 0, 0},
    {"make a thread", make_thread, 0, 0},
    {"use the network", use_the_network, 0, 0},
};

static int enter(void)
{
    struct sc_jail_paths paths = {0};
    int rc = sc_jail_paths_add(&paths, inside("a/root/shown/a.jpg"), false);
    if (rc == 0)
        rc = sc_jail_paths_add(&paths, inside("b/kept/deep/b.jpg"), true);
    if (rc == 0)
        rc = sc_jail_enter(&paths, NULL);
    sc_jail_paths_fini(&paths);
    return rc;
}

static int in_a_child(int (*act)(void), bool is_jailed)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(is_jailed && enter() < 0 ? NO_JAIL : act());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int nothing_at_all(void)
{
    return 0;
}

static void inside_only_what_a_server_needs_can_be_done(void **state)
{
    (void)state;
    if (in_a_child(nothing_at_all, true) == NO_JAIL)
        return; /* an old kernel; meson reads cmocka's skip() as a failure */
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        int before = deeds[i].before < 0 ? -1 : in_a_child(deeds[i].act, false);
        int jailed = in_a_child(deeds[i].act, true);
        if (before != deeds[i].before || (deeds[i].inside != -1 && jailed != deeds[i].inside))
            fail_msg("%s: %d before, %d inside", deeds[i].what, before, jailed);
    }
}

static void only_root_becomes_somebody_else(void **state)
{
    (void)state;
    struct sc_err err = {0};
    assert_int_equal(sc_jail_become("nobody-of-this-name", &err), -ENOENT);
    assert_non_null(strstr(err.text, "no such user"));
    if (geteuid() != 0)
        assert_int_equal(sc_jail_become("root", &err), -EPERM);
}

static int become_nobody(void)
{
    if (geteuid() != 0)
        return NO_JAIL;
    if (sc_jail_become("nobody", NULL) < 0 || getuid() == 0 || getegid() == 0)
        return 1;
    return setuid(0) == 0 || open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0 ? 2 : 0;
}

static void who_was_root_cannot_be_it_again(void **state)
{
    (void)state;
    int rc = in_a_child(become_nobody, false);
    assert_true(rc == 0 || rc == NO_JAIL); /* who is not root cannot try */
}

static int make_world(void **state)
{
    static struct world the_world;
    (void)snprintf(the_world.folder, sizeof the_world.folder, "/tmp/stillcast-jail-XXXXXX");
    assert_non_null(mkdtemp(the_world.folder));
    world = the_world.folder[0] ? &the_world : NULL;
    static const char *const folders[] = {"a",      "a/root",      "a/root/shown", "b",
                                          "b/kept", "b/kept/deep", "other"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        assert_int_equal(mkdir(inside(folders[i]), 0700), 0);
    make_file("a/root/shown/a.jpg");
    make_file("other/secret");
    *state = &the_world;
    return 0;
}

static int remove_world(void **state)
{
    (void)state;
    static const char *const names[] = {"a/root/shown/a.jpg", "a/root/shown", "a/root", "a",
                                        "b/kept/deep/b.jpg",  "b/kept/deep",  "b/kept", "b",
                                        "other/secret",       "other",        ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)remove(inside(names[i]));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_only_what_a_server_needs_can_be_done),
        cmocka_unit_test(only_root_becomes_somebody_else),
        cmocka_unit_test(who_was_root_cannot_be_it_again),
    };
    return cmocka_run_group_tests(tests, make_world, remove_world);
}
