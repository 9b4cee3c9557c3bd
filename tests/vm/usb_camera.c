/* SPDX-License-Identifier: MIT */
/* A USB webcam with MJPEG in software: usb_camera ATTACH DIRECTORY. It is plugged into vhci_hcd,
 * the host controller of USB/IP, whose file ATTACH is, and speaks that controller's protocol over a
 * pair of sockets (Documentation/usb/usbip_protocol.rst of Linux). uvcvideo sees a camera of USB
 * Video Class 1.0 with one format, one size, one isochronous endpoint and a brightness. (dummy_hcd
 * with the kernel's own gadget does not serve for it: it fails every isochronous transfer.)
 *
 * It shows DIRECTORY/1.jpg, 2.jpg and so on, ten times a second while it is watched. Its standard
 * input says: "unplug", "plug", "damage" (only the first half of each picture is sent), "mend"; at
 * its end so ends the camera. It prints "brightness N" when that is set. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define WIDTH          160
#define HEIGHT         120
#define PICTURE_BYTES  (256 * 1024)
#define INTERVAL       1000000 /* of 100 ns: ten pictures a second */
#define PACKET_BYTES   1024
#define HEADER_BYTES   2 /* of each packet */
#define MAX_PACKETS    128
#define MAX_WAITING    32
#define CONTROL_BYTES  1024
#define SPEED_HIGH     3
#define DEVICE_ID      0x10002
#define ATTACH_TRIES   100
#define ATTACH_WAIT_MS 50

#define LE16(n) (uint8_t)(n), (uint8_t)((n) >> 8)
#define LE32(n) LE16((uint32_t)(n)), LE16((uint32_t)(n) >> 16)

/* --- what it says of itself: USB 2.0 section 9.6, UVC 1.0 sections 3 and 4.3 --- */

static const uint8_t device[] = {18,           1,       LE16(0x0200), 0xef, 2, 1, 64,
                                 LE16(0x1209), LE16(1), LE16(0x0100), 1,    2, 0, 1};

#define CONTROL_UNITS 13 + 18 + 11 + 9
#define STREAM_FORMAT 14 + 11 + 30
#define CONFIG_BYTES  (9 + 8 + 9 + CONTROL_UNITS + 9 + STREAM_FORMAT + 9 + 7)

static const uint8_t configuration[] = {
    /* configuration, two interfaces that belong together */
    9, 2, LE16(CONFIG_BYTES), 2, 1, 0, 0x80, 50, 8, 11, 0, 2, 14, 3, 0, 0,
    /* control: header, camera, processing unit with a brightness, output */
    9, 4, 0, 0, 0, 14, 1, 0, 0, 13, 36, 1, LE16(0x0100), LE16(CONTROL_UNITS), LE32(48000000), 1, 1,
    18, 36, 2, 1, LE16(0x0201), 0, 0, LE16(0), LE16(0), LE16(0), 3, 0, 0, 0, 11, 36, 5, 2, 1,
    LE16(0), 2, LE16(1), 0, 9, 36, 3, 3, LE16(0x0101), 0, 2, 0,
    /* pictures: one format, one size; silent, and with the endpoint */
    9, 4, 1, 0, 0, 14, 2, 0, 0, 14, 36, 1, 1, LE16(STREAM_FORMAT), 0x81, 0, 3, 0, 0, 0, 1, 0, 11,
    36, 6, 1, 1, 1, 1, 0, 0, 0, 0, 30, 36, 7, 1, 0, LE16(WIDTH), LE16(HEIGHT), LE32(1000000),
    LE32(20000000), LE32(PICTURE_BYTES), LE32(INTERVAL), 1, LE32(INTERVAL), 9, 4, 1, 1, 1, 14, 2, 0,
    0, 7, 5, 0x81, 5, LE16(PACKET_BYTES), 1};
_Static_assert(sizeof configuration == CONFIG_BYTES, "the lengths in it are right");

static const char *const strings[] = {NULL, "stillcast", "stillcast test camera"};

/* UVC 1.0 section 4.3.1.1 */
static const uint8_t probe[26] = {
    LE16(1), 1,       1,       LE32(INTERVAL),      LE16(0),           LE16(0),
    LE16(0), LE16(0), LE16(0), LE32(PICTURE_BYTES), LE32(PACKET_BYTES)};

enum {
    GET_DESCRIPTOR = 6,
    SET_CUR = 0x01,
    GET_CUR = 0x81,
    GET_MIN,
    GET_MAX,
    GET_RES,
    GET_LEN,
    GET_INFO,
    GET_DEF
};

/* --- the protocol --- */

enum { SUBMIT = 1, UNLINK, SUBMITTED, UNLINKED };

struct header {
    uint32_t command, seqnum, devid, is_in, endpoint;
    union {
        struct {
            uint32_t flags, len, start_frame, n_packets, interval;
            uint8_t setup[8];
        } submit;
        struct {
            uint32_t status, len, start_frame, n_packets, n_errors;
        } submitted;
        uint32_t unlink_seqnum, unlinked_status;
        uint32_t words[7];
    };
};
_Static_assert(sizeof(struct header) == 48, "as on the wire");

struct packet {
    uint32_t offset, len, actual_len, status;
};

/* Room for pictures that the host has given and we have not filled. */
struct waiting {
    uint32_t seqnum, n_packets;
    struct packet packets[MAX_PACKETS];
};

struct camera {
    const char *attach, *directory;
    int fd, timer_fd; /* fd -1: unplugged */
    struct waiting waiting[MAX_WAITING];
    unsigned n_waiting, number;
    uint8_t picture[PICTURE_BYTES], frame_id;
    size_t len, sent;
    bool is_damaged;
    int16_t brightness;
};

static int read_all(int fd, void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, (uint8_t *)to + done, len - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return -EPIPE;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int write_all(int fd, const void *from, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = send(fd, (const uint8_t *)from + done, len - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -EPIPE;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int answer(struct camera *camera, uint32_t seqnum, int status, const void *data, size_t len)
{
    struct header header = {.command = htonl(SUBMITTED), .seqnum = htonl(seqnum)};
    header.submitted.status = htonl((uint32_t)status);
    header.submitted.len = htonl((uint32_t)len);
    int rc = write_all(camera->fd, &header, sizeof header);
    return rc == 0 && data ? write_all(camera->fd, data, len) : rc;
}

/* --- control transfers --- */

static size_t describe_string(unsigned i, uint8_t *out)
{
    static const uint8_t english[] = {4, 3, LE16(0x0409)};
    if (i == 0) {
        memcpy(out, english, sizeof english);
        return sizeof english;
    }
    size_t n = strlen(strings[i]);
    out[0] = (uint8_t)(2 + 2 * n);
    out[1] = 3;
    for (size_t k = 0; k < n; k++) {
        out[2 + 2 * k] = (uint8_t)strings[i][k];
        out[3 + 2 * k] = 0;
    }
    return out[0];
}

/* Returns: bytes of the answer; -EPIPE: there is no such descriptor. */
static ssize_t describe(unsigned type, unsigned i, uint8_t *out)
{
    if (type == 1) {
        memcpy(out, device, sizeof device);
        return sizeof device;
    }
    if (type == 2) {
        memcpy(out, configuration, sizeof configuration);
        return sizeof configuration;
    }
    if (type == 3 && i < sizeof strings / sizeof *strings)
        return (ssize_t)describe_string(i, out);
    return -EPIPE;
}

static ssize_t read_brightness(const struct camera *camera, unsigned request, uint8_t *out)
{
    int value = camera->brightness;
    out[0] = 3;
    if (request == GET_INFO)
        return 1;
    if (request == GET_MIN || request == GET_MAX)
        value = request == GET_MIN ? -64 : 64;
    else if (request == GET_RES || request == GET_LEN)
        value = request == GET_RES ? 1 : 2;
    else if (request == GET_DEF)
        value = 0;
    out[0] = (uint8_t)value;
    out[1] = (uint8_t)((unsigned)value >> 8);
    return 2;
}

static ssize_t read_probe(unsigned request, uint8_t *out)
{
    static const uint8_t info[] = {3}, len[] = {LE16(sizeof probe)};
    const void *from = request == GET_INFO ? info : request == GET_LEN ? len : probe;
    size_t n = request == GET_INFO ? sizeof info : request == GET_LEN ? sizeof len : sizeof probe;
    memcpy(out, from, n);
    return (ssize_t)n;
}

/* Returns: bytes of the answer; -EPIPE: it is not understood. */
static ssize_t answer_read(const struct camera *camera, const uint8_t setup[8], uint8_t *out)
{
    bool is_class = (setup[0] & 0x60) == 0x20, is_streaming = setup[4] == 1;
    if (is_class && is_streaming)
        return read_probe(setup[1], out);
    if (is_class && setup[5] == 2)
        return read_brightness(camera, setup[1], out);
    if (!is_class && setup[1] == GET_DESCRIPTOR)
        return describe(setup[3], setup[2], out);
    if (is_class || setup[1] != 0)
        return -EPIPE;
    memset(out, 0, 2); /* GET_STATUS */
    return 2;
}

static void take_write(struct camera *camera, const uint8_t setup[8], const uint8_t *data,
                       size_t len)
{
    bool is_brightness =
        (setup[0] & 0x60) == 0x20 && setup[4] == 0 && setup[5] == 2 && setup[1] == SET_CUR;
    if (!is_brightness || len != 2)
        return;
    camera->brightness = (int16_t)(data[0] | data[1] << 8);
    printf("brightness %d\n", camera->brightness);
    (void)fflush(stdout);
}

static int control(struct camera *camera, const struct header *header, uint32_t seqnum)
{
    uint8_t data[CONTROL_BYTES];
    size_t len = ntohl(header->submit.len);
    if (len > sizeof data)
        return -EPIPE;
    if (header->is_in) {
        ssize_t n = answer_read(camera, header->submit.setup, data);
        size_t most = n < 0 ? 0 : (size_t)n < len ? (size_t)n : len;
        return answer(camera, seqnum, n < 0 ? (int)n : 0, data, most);
    }
    if (read_all(camera->fd, data, len) < 0)
        return -EPIPE;
    take_write(camera, header->submit.setup, data, len);
    return answer(camera, seqnum, 0, NULL, len);
}

/* --- pictures --- */

/* The next one, after the last the last again. */
static void begin_picture(struct camera *camera)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%u.jpg", camera->directory, camera->number + 1);
    FILE *file = fopen(path, "rb");
    if (file) {
        camera->len = fread(camera->picture, 1, sizeof camera->picture, file);
        camera->number++;
        (void)fclose(file); /* read-only */
    }
    camera->sent = 0;
    camera->frame_id ^= 1;
}

static size_t fill_packet(struct camera *camera, size_t room, uint8_t *out)
{
    size_t all = camera->is_damaged ? camera->len / 2 : camera->len, left = all - camera->sent;
    size_t n = left < room - HEADER_BYTES ? left : room - HEADER_BYTES;
    bool is_last = n == left;
    out[0] = HEADER_BYTES;
    out[1] = (uint8_t)(0x80 | camera->frame_id | (is_last ? 2 : 0));
    memcpy(out + HEADER_BYTES, camera->picture + camera->sent, n);
    camera->sent = is_last ? camera->len : camera->sent + n;
    return n + HEADER_BYTES;
}

static int fill(struct camera *camera, struct waiting *w)
{
    static uint8_t data[MAX_PACKETS * PACKET_BYTES];
    struct header header = {.command = htonl(SUBMITTED), .seqnum = htonl(w->seqnum)};
    size_t len = 0;
    for (uint32_t i = 0; i < w->n_packets; i++) {
        size_t room = ntohl(w->packets[i].len);
        size_t n = camera->sent < camera->len && room > HEADER_BYTES
                       ? fill_packet(camera, room < PACKET_BYTES ? room : PACKET_BYTES, data + len)
                       : 0;
        w->packets[i].actual_len = htonl((uint32_t)n);
        w->packets[i].status = 0;
        len += n;
    }
    header.submitted.len = htonl((uint32_t)len);
    header.submitted.n_packets = htonl(w->n_packets);
    int rc = write_all(camera->fd, &header, sizeof header);
    if (rc == 0)
        rc = write_all(camera->fd, data, len);
    return rc < 0 ? rc : write_all(camera->fd, w->packets, w->n_packets * sizeof *w->packets);
}

static void forget(struct camera *camera, unsigned i)
{
    camera->n_waiting--;
    memmove(&camera->waiting[i], &camera->waiting[i + 1],
            (camera->n_waiting - i) * sizeof *camera->waiting);
}

static int send_pictures(struct camera *camera)
{
    int rc = 0;
    while (rc == 0 && camera->n_waiting > 0 && camera->sent < camera->len) {
        rc = fill(camera, &camera->waiting[0]);
        forget(camera, 0);
    }
    return rc;
}

static int wait_for_picture(struct camera *camera, const struct header *header, uint32_t seqnum)
{
    struct waiting *w = &camera->waiting[camera->n_waiting];
    uint32_t n = ntohl(header->submit.n_packets);
    if (camera->n_waiting == MAX_WAITING || n > MAX_PACKETS)
        return -EPIPE;
    *w = (struct waiting){.seqnum = seqnum, .n_packets = n};
    if (read_all(camera->fd, w->packets, n * sizeof *w->packets) < 0)
        return -EPIPE;
    camera->n_waiting++;
    return send_pictures(camera);
}

static int take_back(struct camera *camera, uint32_t seqnum, uint32_t wanted)
{
    struct header header = {.command = htonl(UNLINKED), .seqnum = htonl(seqnum)};
    for (unsigned i = 0; i < camera->n_waiting; i++)
        if (camera->waiting[i].seqnum == wanted) {
            forget(camera, i);
            header.unlinked_status = htonl((uint32_t)-ECONNRESET);
            break;
        }
    return write_all(camera->fd, &header, sizeof header);
}

static int serve(struct camera *camera)
{
    struct header header;
    if (read_all(camera->fd, &header, sizeof header) < 0)
        return -EPIPE;
    uint32_t seqnum = ntohl(header.seqnum);
    if (ntohl(header.command) == UNLINK)
        return take_back(camera, seqnum, ntohl(header.unlink_seqnum));
    if (ntohl(header.command) != SUBMIT)
        return -EPIPE;
    return ntohl(header.endpoint) == 0 ? control(camera, &header, seqnum)
                                       : wait_for_picture(camera, &header, seqnum);
}

/* --- plugging --- */

static void unplug(struct camera *camera)
{
    if (camera->fd >= 0)
        (void)close(camera->fd);
    camera->fd = -1;
    camera->n_waiting = 0;
    camera->sent = camera->len = 0;
}

/* The port may need a moment after it was unplugged. */
static int plug(struct camera *camera)
{
    int pair[2], rc = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    for (int i = 0; rc < 0 && i < ATTACH_TRIES; i++) {
        int fd = open(camera->attach, O_WRONLY | O_CLOEXEC);
        rc = fd < 0 ? -1 : dprintf(fd, "0 %d %u %d", pair[1], DEVICE_ID, SPEED_HIGH);
        if (fd >= 0)
            (void)close(fd); /* write has told */
        if (rc < 0)
            (void)poll(NULL, 0, ATTACH_WAIT_MS);
    }
    (void)close(pair[1]);
    camera->fd = pair[0];
    return rc < 0 ? -EIO : 0;
}

/* Returns: 0; 1 at the end of the words; a negative errno. */
static int obey(struct camera *camera)
{
    char word[64];
    if (!fgets(word, sizeof word, stdin))
        return 1;
    if (strcmp(word, "unplug\n") == 0)
        unplug(camera);
    else if (strcmp(word, "plug\n") == 0)
        return plug(camera);
    else
        camera->is_damaged = strcmp(word, "damage\n") == 0;
    return 0;
}

static int turn(struct camera *camera)
{
    struct pollfd some[] = {
        {STDIN_FILENO, POLLIN, 0}, {camera->timer_fd, POLLIN, 0}, {camera->fd, POLLIN, 0}};
    uint64_t n_ticks;
    if (poll(some, 3, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    if (some[0].revents)
        return obey(camera);
    if (some[1].revents && read(camera->timer_fd, &n_ticks, sizeof n_ticks) > 0 &&
        camera->n_waiting > 0 && camera->sent == camera->len)
        begin_picture(camera);
    int rc = camera->fd < 0 ? 0 : send_pictures(camera);
    if (rc == 0 && some[2].revents)
        rc = serve(camera);
    return rc;
}

int main(int argc, char **argv)
{
    static struct camera camera = {.fd = -1};
    static const struct itimerspec ten_hertz = {{0, 100000000}, {0, 100000000}};
    if (argc != 3) {
        fprintf(stderr, "usage: usb_camera ATTACH DIRECTORY < WORDS\n");
        return 2;
    }
    camera.attach = argv[1];
    camera.directory = argv[2];
    camera.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    int rc = timerfd_settime(camera.timer_fd, 0, &ten_hertz, NULL) < 0 ? -errno : plug(&camera);
    while (rc == 0)
        rc = turn(&camera);
    unplug(&camera);
    if (rc < 0)
        fprintf(stderr, "usb_camera: %s\n", strerror(-rc));
    return rc < 0;
}
