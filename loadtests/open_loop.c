/* An open-loop HTTP/1.1 load generator: arrivals do not wait for answers.
 *
 * Requests arrive by a Poisson process for each group at the rate of the phase in force, whatever the
 * server does; latency counts from the moment a request was due. One thread, epoll, keep-alive
 * connections from many loopback addresses (127.1.0.0/16 and on), so that limits for each source are
 * met as a city meets them.
 *
 * open_loop PLAN SEED SOURCES CONNECTIONS OPEN PATIENCE_MS RETRIES BACKOFF_MS
 *
 * Each target has at most so many CONNECTIONS: what waits at one keeps nobody from another. So many of the first are
 * OPEN before the phases begin, as when the clients of an hour have kept theirs.
 * PLAN is a file:  target HOST PORT            (one or more, numbered from 0)
 *                  phase NAME SECONDS RATE...   (a rate, in requests/s, for each group)
 *                  request NAME GROUP TARGET WEIGHT BYTES\n  and then so many bytes of a raw request
 * Twenty @ in a row in a request are replaced by a number of its own, the same in its retries.
 * A request that is refused (429, 503), fails or times out is sent again up to RETRIES times, BACKOFF_MS later.
 *
 * The result is JSON on stdout: for every phase and request name the outcomes of the arrivals of that
 * phase and latency percentiles of the good ones, for every second the answers of that second, and the
 * processor time that the generator itself used.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_TARGETS 4
#define MAX_PHASES 16
#define MAX_GROUPS 8
#define MAX_REQUESTS 32
#define MAX_SECONDS 4096
#define KEY_DIGITS 20
#define BUSY_RATE 20000.0                   /* arrivals a second from which they are gathered for a moment ... */
#define GATHER_NS 60000                     /* ... of so long: one look at the sockets then serves several */

enum outcome { OK, SHED, CLIENT_ERROR, SERVER_ERROR, TIMED_OUT, BROKEN, UNSENT, OUTCOMES };
static const char *OUTCOME_NAMES[OUTCOMES] = {"ok", "shed", "client_error", "server_error", "timed_out", "broken", "unsent"};

struct target { struct sockaddr_in address; };
struct phase { char name[32]; double begins, ends, rate[MAX_GROUPS]; };
struct request { char name[32]; int group, target; double weight; char *bytes; size_t length, key_at; };
struct samples { float *ms; size_t count, room; };
struct arrival { double due; uint64_t key; int request, phase, tries; };

struct connection {
    int fd, target, connecting, idle;
    struct arrival arrival;
    double sent_at;
    size_t sent;
    char head[4096];
    size_t head_length;
    int in_body, chunked, status, close_after;
    long remaining;
    char tail[5];
    struct connection *older, *newer;       /* those that wait for an answer, in the order of sending */
    struct connection *next_idle, *previous_idle;
};

static struct target targets[MAX_TARGETS];
static struct phase phases[MAX_PHASES];
static struct request requests[MAX_REQUESTS];
static int target_count, phase_count, group_count, request_count;
static long outcomes[MAX_PHASES][MAX_REQUESTS][OUTCOMES], attempts[MAX_PHASES][MAX_REQUESTS];
static struct samples latencies[MAX_PHASES][MAX_REQUESTS];
static long second_ok[MAX_SECONDS][MAX_REQUESTS], second_shed[MAX_SECONDS], second_lost[MAX_SECONDS], second_arrived[MAX_SECONDS];
static struct connection *idle_first[MAX_TARGETS], *idle_last[MAX_TARGETS], *waiting_first, *waiting_last;
static int open_connections[MAX_TARGETS], most_connections, source_count, retries_most, epoll_fd;
static long opened;
static double patience, backoff, zero, latest[MAX_PHASES];   /* latest: how late the generator itself was at worst */
static uint64_t chance_state, keys;

static struct arrival *again;               /* a ring of requests to send again, in the order of their time */
static double *again_at;
static size_t again_first, again_count, again_room = 1 << 20;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9 - zero;
}

static double chance(void) {                 /* xorshift64*, uniform in (0, 1] */
    chance_state ^= chance_state >> 12;
    chance_state ^= chance_state << 25;
    chance_state ^= chance_state >> 27;
    return ((chance_state * 2685821657736338717ULL >> 11) + 1) * (1.0 / 9007199254740992.0);
}

static void fail(const char *why) {
    fprintf(stderr, "open_loop: %s\n", why);
    exit(2);
}

static int second_of(double at) {
    int s = (int)at;
    return s < 0 ? 0 : s >= MAX_SECONDS ? MAX_SECONDS - 1 : s;
}

static void note(struct arrival *a, enum outcome what, double at) {
    int s = second_of(at);
    if (what != OK && what != CLIENT_ERROR && what != UNSENT && a->tries <= retries_most && again_count < again_room) {
        size_t slot = (again_first + again_count++) % again_room;
        again[slot] = *a;
        again_at[slot] = at + backoff;
        if (what == SHED) second_shed[s]++; else second_lost[s]++;
        return;
    }
    outcomes[a->phase][a->request][what]++;
    if (what == OK) {
        struct samples *l = &latencies[a->phase][a->request];
        if (l->count == l->room) {
            l->room = l->room ? l->room * 2 : 1024;
            l->ms = realloc(l->ms, l->room * sizeof *l->ms);
            if (!l->ms) fail("out of memory");
        }
        l->ms[l->count++] = (float)((at - a->due) * 1000);
        second_ok[s][a->request]++;
    } else if (what == SHED) second_shed[s]++;
    else second_lost[s]++;
}

static void idle_remove(struct connection *c) {
    if (!c->idle) return;
    c->idle = 0;
    if (c->previous_idle) c->previous_idle->next_idle = c->next_idle; else idle_first[c->target] = c->next_idle;
    if (c->next_idle) c->next_idle->previous_idle = c->previous_idle; else idle_last[c->target] = c->previous_idle;
}

static void idle_add(struct connection *c) {
    c->idle = 1;
    c->next_idle = NULL;
    c->previous_idle = idle_last[c->target];
    if (idle_last[c->target]) idle_last[c->target]->next_idle = c; else idle_first[c->target] = c;
    idle_last[c->target] = c;
}

static void waiting_remove(struct connection *c) {
    if (c->older) c->older->newer = c->newer; else if (waiting_first == c) waiting_first = c->newer; else return;
    if (c->newer) c->newer->older = c->older; else waiting_last = c->older;
    c->older = c->newer = NULL;
}

static void end(struct connection *c) {
    idle_remove(c);
    waiting_remove(c);
    close(c->fd);
    c->fd = -1;
    open_connections[c->target]--;
    free(c);
}

static void push(struct connection *c) {     /* write what is left of the request */
    struct request *r = &requests[c->arrival.request];
    char key[KEY_DIGITS + 1];
    snprintf(key, sizeof key, "%020llu", (unsigned long long)c->arrival.key);
    while (c->sent < r->length) {
        static char whole[65536];
        memcpy(whole, r->bytes, r->length);
        if (r->key_at) memcpy(whole + r->key_at, key, KEY_DIGITS);
        ssize_t n = send(c->fd, whole + c->sent, r->length - c->sent, MSG_NOSIGNAL);
        if (n < 0) return;                   /* full: the rest when it can be written; broken: seen by epoll */
        c->sent += (size_t)n;
    }
}

static struct connection *dial(int target) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    if (fd < 0) return NULL;
    uint32_t n = (uint32_t)(opened++ % source_count);
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f010000u + (n / 250) * 256 + n % 250 + 1)};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0 ||
        (connect(fd, (struct sockaddr *)&targets[target].address, sizeof targets[target].address) < 0 && errno != EINPROGRESS)) {
        close(fd);
        return NULL;
    }
    struct connection *c = calloc(1, sizeof *c);
    if (!c) fail("out of memory");
    c->fd = fd;
    c->target = target;
    c->connecting = 1;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
    open_connections[target]++;
    return c;
}

static void send_arrival(struct arrival a, double at) {
    int target = requests[a.request].target;
    struct connection *c = idle_first[target];
    if (c) idle_remove(c);
    else c = open_connections[target] < most_connections ? dial(target) : NULL;
    a.tries++;
    attempts[a.phase][a.request]++;
    if (!c) {
        note(&a, UNSENT, at);
        return;
    }
    c->arrival = a;
    c->sent_at = at;
    c->sent = c->head_length = 0;
    c->in_body = c->chunked = c->close_after = 0;
    c->remaining = 0;
    c->older = waiting_last;
    c->newer = NULL;
    if (waiting_last) waiting_last->newer = c; else waiting_first = c;
    waiting_last = c;
    if (!c->connecting) push(c);
}

static enum outcome judged(int status) {
    if (status == 429 || status == 503) return SHED;
    return status < 400 ? OK : status < 500 ? CLIENT_ERROR : SERVER_ERROR;
}

static int answered(struct connection *c) {  /* gives 0 when the connection has ended */
    waiting_remove(c);
    note(&c->arrival, judged(c->status), now());
    if (c->close_after) {
        end(c);
        return 0;
    }
    c->head_length = 0;
    c->in_body = 0;
    idle_add(c);
    return 1;
}

static int body(struct connection *c, const char *bytes, size_t n) {
    if (!c->chunked) {
        c->remaining -= (long)n;
        return c->remaining <= 0 ? answered(c) : 1;
    }
    for (size_t i = n > 5 ? n - 5 : 0; i < n; i++) {
        memmove(c->tail, c->tail + 1, 4);
        c->tail[4] = bytes[i];
    }
    return memcmp(c->tail, "0\r\n\r\n", 5) == 0 ? answered(c) : 1;
}

static int head(struct connection *c, const char *bytes, size_t n) {
    size_t take = n < sizeof c->head - 1 - c->head_length ? n : sizeof c->head - 1 - c->head_length;
    memcpy(c->head + c->head_length, bytes, take);
    c->head_length += take;
    c->head[c->head_length] = 0;
    char *stop = strstr(c->head, "\r\n\r\n");
    if (!stop) return 1;
    c->status = atoi(c->head + 9);
    stop[2] = 0;
    char *length = strcasestr(c->head, "\r\ncontent-length:");
    c->chunked = strcasestr(c->head, "\r\ntransfer-encoding: chunked") != NULL;
    c->close_after = strcasestr(c->head, "\r\nconnection: close") != NULL;
    c->remaining = length ? atol(length + 17) : 0;
    c->in_body = 1;
    memset(c->tail, 0, sizeof c->tail);
    size_t rest = c->head_length - (size_t)(stop + 4 - c->head);
    if (!c->chunked && !c->remaining) return answered(c);
    int going = 1;
    if (rest) going = body(c, stop + 4, rest);
    if (going && take < n && c->in_body) going = body(c, bytes + take, n - take);
    return going;
}

static void broke(struct connection *c) {
    struct arrival a = c->arrival;
    int was_idle = c->idle, fresh = c->head_length == 0 && !c->in_body && !c->connecting && c->sent > 0;
    end(c);
    if (was_idle) return;
    if (fresh && now() - a.due < patience) { /* a kept connection that the server closed as we wrote: as browsers do, again */
        attempts[a.phase][a.request]--;
        a.tries--;
        send_arrival(a, now());
        return;
    }
    note(&a, BROKEN, now());
}

static void ready(struct connection *c, uint32_t events) {
    static char buffer[65536];
    if (c->connecting && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) {
            broke(c);
            return;
        }
        c->connecting = 0;
    }
    if (!c->idle && !c->connecting && events & EPOLLOUT) push(c);
    while (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) {
        ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            broke(c);
            return;
        }
        if (c->idle) {                       /* an answer nobody asked for */
            end(c);
            return;
        }
        if (!(c->in_body ? body(c, buffer, (size_t)n) : head(c, buffer, (size_t)n))) return;
        if ((size_t)n < sizeof buffer && !(events & (EPOLLRDHUP | EPOLLHUP))) return; /* all there was; more is an event of its own */
    }
}

static void look(const struct timespec *most) {
    static struct epoll_event events[1024];
    int n = (int)syscall(SYS_epoll_pwait2, epoll_fd, events, 1024, most, NULL, 0);
    for (int i = 0; i < n; i++) ready(events[i].data.ptr, events[i].events);
}

static void open_before(int each) {          /* gently: no more at a time than a listening socket's queue holds */
    for (int i = 0; i < request_count; i++) {
        int target = requests[i].target;
        while (open_connections[target] < each) {
            for (int n = 0; n < 50; n++) {
                struct connection *c = dial(target);
                if (!c) fail("cannot open so many connections");
                idle_add(c);
            }
            look(&(struct timespec){.tv_nsec = 10000000});
        }
    }
    for (int i = 0; i < 100; i++) look(&(struct timespec){.tv_nsec = 10000000});
}

static int pick(int group) {
    double sum = 0, at;
    for (int i = 0; i < request_count; i++) if (requests[i].group == group) sum += requests[i].weight;
    at = chance() * sum;
    int last = -1;
    for (int i = 0; i < request_count; i++) {
        if (requests[i].group != group) continue;
        last = i;
        if ((at -= requests[i].weight) <= 0) return i;
    }
    return last;
}

static void read_plan(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) fail("cannot read the plan");
    char word[32], host[64];
    int port;
    double at = 0;
    while (fscanf(f, " %31s", word) == 1) {
        if (!strcmp(word, "target")) {
            if (target_count == MAX_TARGETS || fscanf(f, "%63s %d", host, &port) != 2) fail("a target is wrong");
            struct target *t = &targets[target_count++];
            t->address.sin_family = AF_INET;
            t->address.sin_port = htons((uint16_t)port);
            if (inet_pton(AF_INET, host, &t->address.sin_addr) != 1) fail("a target's host must be an IPv4 address");
        } else if (!strcmp(word, "phase")) {
            if (phase_count == MAX_PHASES) fail("too many phases");
            struct phase *p = &phases[phase_count++];
            double seconds;
            if (fscanf(f, "%31s %lf", p->name, &seconds) != 2) fail("a phase is wrong");
            p->begins = at;
            p->ends = at += seconds;
            int c, g = 0;
            while ((c = fgetc(f)) == ' ' && g < MAX_GROUPS && fscanf(f, "%lf", &p->rate[g]) == 1) g++;
            if (g > group_count) group_count = g;
        } else if (!strcmp(word, "request")) {
            if (request_count == MAX_REQUESTS) fail("too many requests");
            struct request *r = &requests[request_count++];
            if (fscanf(f, "%31s %d %d %lf %zu", r->name, &r->group, &r->target, &r->weight, &r->length) != 5) fail("a request is wrong");
            if (r->length > 65536 || r->group >= MAX_GROUPS || r->target >= target_count) fail("a request is out of bounds");
            fgetc(f);
            r->bytes = malloc(r->length + 1);
            if (!r->bytes || fread(r->bytes, 1, r->length, f) != r->length) fail("a request is cut short");
            r->bytes[r->length] = 0;
            char *key = strstr(r->bytes, "@@@@@@@@@@@@@@@@@@@@");
            r->key_at = key ? (size_t)(key - r->bytes) : 0;
        } else fail("the plan has an unknown word");
    }
    fclose(f);
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double share(struct samples *l, double q) {
    if (!l->count) return 0;
    size_t i = (size_t)(q * (double)l->count);
    return l->ms[i < l->count ? i : l->count - 1];
}

static void report(double seconds) {
    printf("{\"phases\":[");
    for (int p = 0; p < phase_count; p++) {
        printf("%s{\"name\":\"%s\",\"seconds\":%.3f,\"late_ms\":%.1f,\"requests\":{", p ? "," : "", phases[p].name,
               phases[p].ends - phases[p].begins, latest[p] * 1000);
        for (int r = 0; r < request_count; r++) {
            struct samples *l = &latencies[p][r];
            qsort(l->ms, l->count, sizeof *l->ms, by_size);
            printf("%s\"%s\":{\"group\":%d,\"attempts\":%ld", r ? "," : "", requests[r].name, requests[r].group, attempts[p][r]);
            for (int o = 0; o < OUTCOMES; o++) printf(",\"%s\":%ld", OUTCOME_NAMES[o], outcomes[p][r][o]);
            printf(",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}", share(l, .5), share(l, .99), share(l, .999), share(l, 1));
        }
        printf("}}");
    }
    printf("],\"names\":[");
    for (int r = 0; r < request_count; r++) printf("%s\"%s\"", r ? "," : "", requests[r].name);
    printf("],\"seconds\":[");
    for (int s = 0; s < MAX_SECONDS && s < (int)ceil(seconds); s++) {
        printf("%s{\"arrived\":%ld,\"shed\":%ld,\"lost\":%ld,\"ok\":[", s ? "," : "", second_arrived[s], second_shed[s], second_lost[s]);
        for (int r = 0; r < request_count; r++) printf("%s%ld", r ? "," : "", second_ok[s][r]);
        printf("]}");
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("],\"connections\":%ld,\"cpu_seconds\":%.3f}\n", opened,
           used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
}

static double rate_of(const struct phase *p) {
    double sum = 0;
    for (int g = 0; g < group_count; g++) sum += p->rate[g];
    return sum;
}

int main(int count, char **given) {
    if (count != 9) fail("PLAN SEED SOURCES CONNECTIONS OPEN PATIENCE_MS RETRIES BACKOFF_MS");
    read_plan(given[1]);
    chance_state = strtoull(given[2], NULL, 10) * 0x9E3779B97F4A7C15ULL | 1;
    source_count = atoi(given[3]);
    most_connections = atoi(given[4]);
    int open_first = atoi(given[5]);
    patience = atof(given[6]) / 1000;
    retries_most = atoi(given[7]);
    backoff = atof(given[8]) / 1000;
    if (!phase_count || !request_count || source_count < 1 || source_count > 60000) fail("nothing to do");
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    again = malloc(again_room * sizeof *again);
    again_at = malloc(again_room * sizeof *again_at);
    if (!again || !again_at) fail("out of memory");
    epoll_fd = epoll_create1(0);
    zero = now();
    open_before(open_first);
    zero += now();
    keys = (uint64_t)time(NULL) * 1000000000ULL;

    double next[MAX_GROUPS], ends = phases[phase_count - 1].ends;
    int phase = 0;
    for (int g = 0; g < group_count; g++) next[g] = phases[0].rate[g] > 0 ? -log(chance()) / phases[0].rate[g] : INFINITY;
    for (;;) {
        double at = now();
        while (phase < phase_count - 1 && at >= phases[phase].ends) {
            phase++;
            for (int g = 0; g < group_count; g++)
                next[g] = phases[phase].rate[g] > 0 ? phases[phase].begins - log(chance()) / phases[phase].rate[g] : INFINITY;
        }
        double soonest = INFINITY;
        int burst = 0;                       /* answers are read at least every so many arrivals */
        for (int g = 0; g < group_count; g++) {
            while (next[g] <= at && next[g] < phases[phase].ends && burst < 256) {
                struct arrival a = {.due = next[g], .key = ++keys, .request = pick(g), .phase = phase, .tries = 0};
                second_arrived[second_of(next[g])]++;
                if (at - next[g] > latest[phase]) latest[phase] = at - next[g];
                send_arrival(a, at);
                next[g] -= log(chance()) / phases[phase].rate[g];
                burst++;
            }
            if (next[g] < soonest) soonest = next[g];
        }
        while (again_count && again_at[again_first] <= at && burst++ < 512) {
            struct arrival a = again[again_first];
            again_first = (again_first + 1) % again_room;
            again_count--;
            send_arrival(a, at);
        }
        if (again_count && again_at[again_first] < soonest) soonest = again_at[again_first];
        while (waiting_first && at - waiting_first->sent_at >= patience) {
            struct connection *c = waiting_first;
            struct arrival a = c->arrival;
            end(c);
            note(&a, TIMED_OUT, at);
        }
        if (at >= ends && !waiting_first && !again_count) break;
        if (at >= ends + patience * (retries_most + 2)) break;
        double pause = soonest - now();
        if (pause > 0.01) pause = 0.01;
        if (pause < 0) pause = 0;
        if (pause * 1e9 < GATHER_NS && rate_of(&phases[phase]) >= BUSY_RATE) {
            nanosleep(&(struct timespec){.tv_nsec = GATHER_NS}, NULL);
            pause = 0;
        }
        struct timespec t = {.tv_sec = 0, .tv_nsec = (long)(pause * 1e9)};
        look(&t);
    }
    for (struct connection *c = waiting_first; c; c = c->newer) note(&c->arrival, TIMED_OUT, now());
    report(now());
    return 0;
}
