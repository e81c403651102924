/* Many WebSocket clients in one thread: epoll, a few hundred bytes a client, no library.
 *
 * sockets HOST PORT PATH COUNT RATE SOURCE SOURCES MARK NS HELLO [HEADER...]
 *
 * Opens COUNT sockets at RATE a second from SOURCES loopback addresses (127.SOURCE.0.1 and on), says HELLO
 * (unless it is empty) and listens. In each text message the number after MARK is the time at which it was sent:
 * nanoseconds of the monotonic clock (NS = 1) or milliseconds since 1970 (NS = 0). What comes before is not looked
 * at, so MARK must be within the first HEAD bytes. Messages whose type is not "changes" are only counted.
 *
 * Who is refused or finds nobody tries again a second later, six times in all.
 * When each client has been accepted (and answered, if it said HELLO) or has failed, prints {"ready":…,"failed":…}.
 * Then it obeys lines on stdin: "start" forgets what was counted, "until N" answers {"changes":…} when so many changes
 * are there, or after WAIT_NS, "stop" prints the result and ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD 192
#define BUCKETS 600000 /* of a tenth of a millisecond */
#define EVENTS 8192
#define IN_FLIGHT 256
#define TRIES 6
#define AGAIN_NS 1000000000LL
#define WAIT_NS 10000000000LL

enum state { CONNECTING, UPGRADING, GREETED, OPEN, GONE };

struct client {
    int fd;
    uint8_t state, frame[14], frame_length, opcode, tries;
    uint16_t head_length;
    uint64_t left; /* of the payload that is being read */
    int64_t n;     /* position that the last message led to, -1 before the first */
    char head[HEAD + 1];
};

struct event { int64_t sent; uint32_t count; double last_ms; };

static struct client *clients;
static struct client **again; /* those to be tried once more, in a ring; a client is in it at most once */
static int64_t *again_at;
static int again_first, again_last;
static int count, opened, ready, failed, in_flight, epoll_fd, in_ns;
static uint64_t changes, snapshots, heartbeats, gaps, closed, bytes;
static int awaiting;
static uint64_t awaited;
static int64_t awaited_most;
static uint32_t histogram[BUCKETS];
static struct event events[EVENTS];
static int event_count;
static const char *mark;
static char request[4096], hello[1024];
static size_t request_length, hello_length;

static int64_t now(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int64_t number_after(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static void settle(struct client *c, int good) {
    if (c->state == OPEN || c->state == GONE) return;
    in_flight--;
    if (good) { c->state = OPEN; ready++; return; }
    c->state = GONE;
    close(c->fd);
    if (++c->tries == TRIES) { failed++; return; }
    again[again_last] = c;
    again_at[again_last] = now(CLOCK_MONOTONIC) + AGAIN_NS;
    again_last = (again_last + 1) % (count + 1);
}

static void end(struct client *c) {
    if (c->state == OPEN) { closed++; c->state = GONE; close(c->fd); }
    else settle(c, 0);
}

static void note(int64_t sent) {
    double ms = in_ns ? (now(CLOCK_MONOTONIC) - sent) / 1e6 : now(CLOCK_REALTIME) / 1e6 - (double)sent;
    if (ms < 0) ms = 0;
    int bucket = (int)(ms * 10);
    histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    for (int i = event_count - 1; i >= 0 && i > event_count - 64; i--)
        if (events[i].sent == sent) { events[i].count++; if (ms > events[i].last_ms) events[i].last_ms = ms; return; }
    if (event_count < EVENTS) events[event_count++] = (struct event){sent, 1, ms};
}

static void message(struct client *c) {
    c->head[c->head_length] = 0;
    if (c->opcode == 8) { end(c); return; }
    if (c->opcode != 1) return;
    int positioned = strstr(c->head, "\"type\":") != NULL;
    if (positioned && !strstr(c->head, "\"changes\"")) {
        if (strstr(c->head, "\"snapshot\"")) snapshots++, c->n = number_after(c->head, "\"n\":");
        else heartbeats++;
        settle(c, 1);
        return;
    }
    changes++;
    if (positioned) {
        if (c->n >= 0 && number_after(c->head, "\"from\":") != c->n) gaps++;
        c->n = number_after(c->head, "\"n\":");
    }
    int64_t sent = number_after(c->head, mark);
    if (sent >= 0) note(sent);
    settle(c, 1);
}

/* Takes bytes of frames. The server's frames are not masked. */
static void take(struct client *c, const uint8_t *data, size_t size) {
    while (size && c->state != GONE) {
        if (c->left == 0) {
            c->frame[c->frame_length++] = *data++;
            size--;
            if (c->frame_length < 2) continue;
            int form = c->frame[1] & 127, whole = form == 127 ? 10 : form == 126 ? 4 : 2;
            if (c->frame_length < whole) continue;
            uint64_t length = form;
            if (whole > 2) { length = 0; for (int i = 2; i < whole; i++) length = length << 8 | c->frame[i]; }
            c->opcode = c->frame[0] & 15;
            c->frame_length = 0;
            c->head_length = 0;
            c->left = length;
            if (!length) message(c);
        } else {
            size_t part = size < c->left ? size : c->left;
            size_t room = HEAD - c->head_length, kept = room < part ? room : part;
            memcpy(c->head + c->head_length, data, kept);
            c->head_length += kept;
            c->left -= part;
            data += part;
            size -= part;
            if (!c->left) message(c);
        }
    }
}

/* Reads the answer to the upgrade; gives how many bytes of the data were of it. */
static size_t upgrade(struct client *c, const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (c->head_length < HEAD) c->head[c->head_length++] = data[i];
        c->left = c->left << 8 | data[i]; /* the last four bytes seen */
        if ((c->left & 0xffffffff) == 0x0d0a0d0a) {
            c->left = 0;
            int good = !memcmp(c->head, "HTTP/1.1 101", 12);
            c->head_length = 0;
            if (!good) { end(c); return size; }
            c->state = GREETED;
            if (!hello_length) settle(c, 1);
            else if (send(c->fd, hello, hello_length, MSG_NOSIGNAL) != (ssize_t)hello_length) end(c);
            return i + 1;
        }
    }
    return size;
}

static void ready_to(struct client *c, uint32_t what) {
    static uint8_t buffer[262144];
    if (c->state == GONE) return;
    if (c->state == CONNECTING && what & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error || send(c->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) { end(c); return; }
        c->state = UPGRADING;
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &wanted);
        return;
    }
    ssize_t got = recv(c->fd, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { end(c); return; }
    bytes += got;
    size_t used = c->state == UPGRADING ? upgrade(c, buffer, got) : 0;
    take(c, buffer + used, got - used);
}

static void open_one(struct client *c, const char *host, int port, int source, int sources) {
    int which = (int)(c - clients) % sources, one = 1;
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
    from.sin_addr.s_addr = htonl(127u << 24 | (uint32_t)source << 16 | (uint32_t)(which / 250) << 8 | (1 + which % 250));
    inet_pton(AF_INET, host, &to.sin_addr);
    c->n = -1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    c->state = CONNECTING;
    c->head_length = c->frame_length = 0;
    c->left = 0;
    in_flight++;
    if (c->fd < 0) { perror("socket"); exit(1); }
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) { settle(c, 0); return; }
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) { settle(c, 0); return; }
    struct epoll_event wanted = {.events = EPOLLOUT, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &wanted);
}

static void forget(void) {
    changes = snapshots = heartbeats = gaps = closed = bytes = 0;
    event_count = 0;
    memset(histogram, 0, sizeof histogram);
}

static void report(void) {
    printf("{\"open\":%d,\"failed\":%d,\"closed\":%lu,\"changes\":%lu,\"snapshots\":%lu,\"heartbeats\":%lu,\"gaps\":%lu,"
           "\"bytes\":%lu,\"events\":[", ready - (int)closed, failed, closed, changes, snapshots, heartbeats, gaps, bytes);
    for (int i = 0; i < event_count; i++)
        printf("%s[%ld,%u,%.2f]", i ? "," : "", events[i].sent, events[i].count, events[i].last_ms);
    printf("],\"histogram\":[");
    for (int i = 0, first = 1; i < BUCKETS; i++)
        if (histogram[i]) { printf("%s[%d,%u]", first ? "" : ",", i, histogram[i]); first = 0; }
    printf("]}\n");
    fflush(stdout);
}

/* Obeys what came on stdin; gives whether to end. */
static int obey(void) {
    char line[256];
    ssize_t got = read(0, line, sizeof line - 1);
    if (got <= 0) return 1;
    line[got] = 0;
    if (strstr(line, "start")) forget();
    const char *until = strstr(line, "until ");
    if (until) {
        awaiting = 1;
        awaited = strtoull(until + 6, NULL, 10);
        awaited_most = now(CLOCK_MONOTONIC) + WAIT_NS;
    }
    if (strstr(line, "stop")) { report(); return 1; }
    return 0;
}

static void prepare(const char *host, int port, const char *path, const char *said, char **headers) {
    request_length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", path, host, port);
    for (; *headers; headers++)
        request_length += snprintf(request + request_length, sizeof request - request_length, "%s\r\n", *headers);
    request_length += snprintf(request + request_length, sizeof request - request_length, "\r\n");
    size_t length = strlen(said);
    if (!length) return;
    hello[hello_length++] = (char)0x81;
    if (length < 126) hello[hello_length++] = (char)(0x80 | length);
    else { hello[hello_length++] = (char)(0x80 | 126); hello[hello_length++] = length >> 8; hello[hello_length++] = length & 255; }
    hello_length += 4; /* a mask of zeros leaves the text as it is */
    memcpy(hello + hello_length, said, length);
    hello_length += length;
}

int main(int argc, char **argv) {
    if (argc < 11) { fprintf(stderr, "usage: see the head of sockets.c\n"); return 2; }
    const char *host = argv[1];
    int port = atoi(argv[2]), source = atoi(argv[6]), sources = atoi(argv[7]);
    double rate = atof(argv[5]);
    count = atoi(argv[4]);
    mark = argv[8];
    in_ns = atoi(argv[9]);
    prepare(host, port, argv[3], argv[10], argv + 11);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    clients = calloc(count, sizeof *clients);
    again = calloc(count + 1, sizeof *again);
    again_at = calloc(count + 1, sizeof *again_at);
    epoll_fd = epoll_create1(0);
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL}, found[512];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &commands);
    int64_t begun = now(CLOCK_MONOTONIC);
    int told = 0;
    for (;;) {
        double due = (now(CLOCK_MONOTONIC) - begun) / 1e9 * rate;
        while (opened < count && opened < due && in_flight < IN_FLIGHT)
            open_one(&clients[opened++], host, port, source, sources);
        while (again_first != again_last && again_at[again_first] <= now(CLOCK_MONOTONIC) && in_flight < IN_FLIGHT) {
            struct client *c = again[again_first];
            again_first = (again_first + 1) % (count + 1);
            open_one(c, host, port, source, sources);
        }
        int some = epoll_wait(epoll_fd, found, 512, ready + failed < count ? 1 : 1000);
        for (int i = 0; i < some; i++) {
            if (found[i].data.ptr) ready_to(found[i].data.ptr, found[i].events);
            else if (obey()) return 0;
        }
        if (awaiting && (changes >= awaited || now(CLOCK_MONOTONIC) >= awaited_most)) {
            awaiting = 0;
            printf("{\"changes\":%lu}\n", changes);
            fflush(stdout);
        }
        if (!told && ready + failed == count) {
            told = 1;
            printf("{\"ready\":%d,\"failed\":%d}\n", ready, failed);
            fflush(stdout);
        }
    }
}
