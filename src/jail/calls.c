/* SPDX-License-Identifier: MIT */
/* seccomp: a list of what is allowed, the rest fails with EPERM. The libraries decide what the list
 * must have: glibc, cairo and fontconfig, curl, OpenSSL, libavformat. No program can be run, no
 * process be made, nothing be traced, mounted or loaded; rings for io_uring are made before. */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/own.h"
#include "jail/parts.h"

static const char *const allowed[] = {
    /* files */
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "close",
    "close_range",
    "open",
    "openat",
    "openat2",
    "creat",
    "lseek",
    "_llseek",
    "stat",
    "fstat",
    "lstat",
    "stat64",
    "fstat64",
    "lstat64",
    "newfstatat",
    "fstatat64",
    "statx",
    "statfs",
    "fstatfs",
    "statfs64",
    "fstatfs64",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getcwd",
    "getdents",
    "getdents64",
    "fcntl",
    "fcntl64",
    "flock",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "ioctl",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "chown32",
    "fchown",
    "fchown32",
    "lchown",
    "lchown32",
    "fchownat",
    "umask",
    "ftruncate",
    "ftruncate64",
    "truncate",
    "truncate64",
    "fallocate",
    "fsync",
    "fdatasync",
    "utimensat",
    "utimensat_time64",
    "fadvise64",
    "fadvise64_64",
    "arm_fadvise64_64",
    "readahead",
    "copy_file_range",
    "memfd_create",
    /* waiting */
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "_newselect",
    "pselect6",
    "pselect6_time64",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "timerfd_settime64",
    "timerfd_gettime64",
    "signalfd4",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    "nanosleep",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "restart_syscall",
    /* network */
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "sendmmsg",
    "recvmmsg",
    "recvmmsg_time64",
    "send",
    "recv",
    "shutdown",
    "getsockname",
    "getpeername",
    "setsockopt",
    "getsockopt",
    "sendfile",
    "sendfile64",
    "io_uring_enter",
    /* memory, threads, signals */
    "mremap",
    "munmap",
    "madvise",
    "brk",
    "mlock",
    "munlock",
    "msync",
    "mincore",
    "futex",
    "futex_time64",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "rseq",
    "membarrier",
    "arch_prctl",
    "set_thread_area",
    "set_tls",
    "cacheflush",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "getcpu",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "rt_sigpending",
    "rt_sigsuspend",
    "sigaltstack",
    "tgkill",
    "exit",
    "exit_group",
    /* what is the case */
    "gettid",
    "getpid",
    "getppid",
    "getuid",
    "getuid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getegid",
    "getegid32",
    "getresuid",
    "getresuid32",
    "getresgid",
    "getresgid32",
    "getgroups",
    "getgroups32",
    "getpgrp",
    "getpgid",
    "getsid",
    "clock_gettime",
    "clock_getres",
    "clock_gettime64",
    "clock_getres_time64",
    "gettimeofday",
    "time",
    "times",
    "getrusage",
    "getrlimit",
    "ugetrlimit",
    "getrandom",
    "sysinfo",
    "uname",
    "capget",
    "wait4",
    "waitid",
};

/* glibc asks for these first and does without when there are none. */
static const char *const absent[] = {"clone3", "set_mempolicy", "io_uring_setup"};

/* Those that depend on an argument: allowed when (argument & mask) == value. */
static const struct {
    const char *name;
    unsigned argument;
    uint64_t mask, value;
} conditional[] = {
    {"clone", 0, CLONE_THREAD, CLONE_THREAD},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, 0},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, 0},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
    {"mprotect", 2, PROT_EXEC, 0},
    {"socket", 0, UINT64_MAX, AF_UNIX},
    {"socket", 0, UINT64_MAX, AF_INET},
    {"socket", 0, UINT64_MAX, AF_INET6},
    {"socket", 0, UINT64_MAX, AF_NETLINK}, /* which addresses there are, before names are asked */
    {"prctl", 0, UINT64_MAX, PR_SET_NAME},
    {"prctl", 0, UINT64_MAX, PR_GET_NAME},
    {"prctl", 0, UINT64_MAX, PR_GET_DUMPABLE},
    {"prlimit64", 2, UINT64_MAX, 0}, /* looked at, not set */
    {"kill", 1, UINT64_MAX, 0},      /* whether there is such a process */
};

static int rule(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned n,
                const struct scmp_arg_cmp *condition)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return 0; /* another architecture's; below 0 are also those behind socketcall(2) */
    return seccomp_rule_add_array(filter, action, number, n, condition);
}

static int fill(scmp_filter_ctx filter)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        rc = rule(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; rc == 0 && i < sizeof absent / sizeof absent[0]; i++)
        rc = rule(filter, SCMP_ACT_ERRNO(ENOSYS), absent[i], 0, NULL);
    for (size_t i = 0; rc == 0 && i < sizeof conditional / sizeof conditional[0]; i++) {
        struct scmp_arg_cmp condition = {conditional[i].argument, SCMP_CMP_MASKED_EQ,
                                         conditional[i].mask, conditional[i].value};
        rc = rule(filter, SCMP_ACT_ALLOW, conditional[i].name, 1, &condition);
    }
    return rc;
}

static void release(scmp_filter_ctx *filter)
{
    if (*filter)
        seccomp_release(*filter);
}

int sc_jail_confine_calls(struct sc_err *err)
{
    SC_AUTO(release) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = filter ? fill(filter) : -ENOMEM;
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
    if (rc == 0)
        rc = seccomp_load(filter);
    if (rc < 0)
        return sc_err_set(err, rc, "seccomp: %s, so system calls are not confined", strerror(-rc));
    return 0;
}
