// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors
//
// The floor of `make bench`: what the same work costs in C, with nothing around it.
//
//   floor spawn URI XML DISK IMAGE BYTES UID GID   makes, defines and starts a guest for every line of standard input
//   floor validate SCHEMA XML COUNT                reads a document and validates it against a schema, COUNT times
//   floor calls URI COUNT                          asks for one domain's state, and for those of all, COUNT times
//   floor flush FILE COUNT BYTES                   adds COUNT times BYTES to a file, and flushes each, for every line
//   floor fleet URI                                does with all domains what each line of standard input says
//
// Each writes JSON, one object a line, with times in microseconds.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("floor: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static char *contents(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    *length = 0;
    if (!file || getdelim(&text, length, '\0', file) < 0)
        fail("cannot read %s: %s", path, strerror(errno));
    fclose(file);
    *length = strlen(text);
    return text;
}

struct guest {
    virConnectPtr connection;
    char *xml, *disk, *image, *bytes, *directory;
    uid_t uid;
    gid_t gid;
};

static void make_overlay(const struct guest *guest)
{
    char *arguments[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", guest->image, "-F", "qcow2", guest->disk,
                         guest->bytes, NULL};
    char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    int file = open(guest->disk, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int directory = open(guest->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status;
    pid_t child;
    if (file < 0 || directory < 0 || fchown(file, guest->uid, guest->gid) < 0)
        fail("cannot make %s: %s", guest->disk, strerror(errno));
    if (posix_spawnp(&child, "qemu-img", NULL, NULL, arguments, environment) || waitpid(child, &status, 0) < 0 ||
        status != 0)
        fail("qemu-img failed");
    if (fsync(file) < 0 || fsync(directory) < 0)
        fail("cannot flush %s: %s", guest->disk, strerror(errno));
    close(file);
    close(directory);
}

static void spawn_once(const struct guest *guest)
{
    double start = now(), overlaid, defined, created;
    virDomainPtr domain;
    make_overlay(guest);
    overlaid = now();
    domain = virDomainDefineXMLFlags(guest->connection, guest->xml, 0);
    if (!domain)
        fail("define: %s", virGetLastErrorMessage());
    defined = now();
    if (virDomainCreate(domain) < 0)
        fail("create: %s", virGetLastErrorMessage());
    created = now();
    if (virDomainDestroy(domain) < 0 || virDomainUndefine(domain) < 0)
        fail("destroy: %s", virGetLastErrorMessage());
    virDomainFree(domain);
    unlink(guest->disk);
    printf("{\"total_us\": %.1f, \"overlay_us\": %.1f, \"define_us\": %.1f, \"create_us\": %.1f}\n", created - start,
           overlaid - start, defined - overlaid, created - defined);
    fflush(stdout);
}

static void spawn(char **arguments)
{
    size_t length;
    struct guest guest = {
        .xml = contents(arguments[1], &length),
        .disk = arguments[2],
        .image = arguments[3],
        .bytes = arguments[4],
        .directory = dirname(strdup(arguments[2])),
        .uid = atoi(arguments[5]),
        .gid = atoi(arguments[6]),
    };
    char line[16];
    guest.connection = virConnectOpen(arguments[0]);
    if (!guest.connection)
        fail("connect: %s", virGetLastErrorMessage());
    while (fgets(line, sizeof(line), stdin))
        spawn_once(&guest);
    virConnectClose(guest.connection);
}

static void validate(char **arguments)
{
    size_t length;
    char *xml = contents(arguments[1], &length);
    xmlRelaxNGPtr schema = xmlRelaxNGParse(xmlRelaxNGNewParserCtxt(arguments[0]));
    int count = atoi(arguments[2]);
    if (!schema)
        fail("no schema %s", arguments[0]);
    fputs("{\"validate_us\": [", stdout);
    for (int i = 0; i < count; i++) {
        double start = now();
        xmlDocPtr document = xmlReadMemory(xml, length, NULL, NULL, XML_PARSE_NONET);
        xmlRelaxNGValidCtxtPtr context = xmlRelaxNGNewValidCtxt(schema);
        if (xmlRelaxNGValidateDoc(context, document) != 0)
            fail("the document is not valid");
        xmlRelaxNGFreeValidCtxt(context);
        xmlFreeDoc(document);
        printf("%s%.1f", i ? ", " : "", now() - start);
    }
    puts("]}");
}

/* Two threads that take turns: the least that a call costs which another thread makes. */
static pthread_mutex_t turns = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t theirs = PTHREAD_COND_INITIALIZER, ours = PTHREAD_COND_INITIALIZER;
static int is_theirs;

static void *take_turns(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&turns);
    for (;;) {
        while (!is_theirs)
            pthread_cond_wait(&theirs, &turns);
        is_theirs = 0;
        pthread_cond_signal(&ours);
    }
    return NULL;
}

static void hand_over(void)
{
    pthread_mutex_lock(&turns);
    is_theirs = 1;
    pthread_cond_signal(&theirs);
    while (is_theirs)
        pthread_cond_wait(&ours, &turns);
    pthread_mutex_unlock(&turns);
}

static void print_samples(const char *name, const double *samples, int count)
{
    printf("\"%s\": [", name);
    /* The first one warmed up. */
    for (int i = 1; i <= count; i++)
        printf("%s%.3f", i > 1 ? ", " : "", samples[i]);
    fputs("], ", stdout);
}

/* 200 calls for one domain's state are one sample, so that the clock costs nothing. */
static void calls(char **arguments)
{
    enum { BATCH = 200 };
    int count = atoi(arguments[1]), domains = 0;
    double *states = calloc(count + 1, sizeof(*states)), *lists = calloc(count + 1, sizeof(*lists));
    double *hand_overs = calloc(count + 1, sizeof(*hand_overs));
    pthread_t other;
    virConnectPtr connection = virConnectOpen(arguments[0]);
    virDomainPtr *all = NULL;
    if (!connection || !states || !lists || !hand_overs)
        fail("connect: %s", virGetLastErrorMessage());
    if (pthread_create(&other, NULL, take_turns, NULL) != 0)
        fail("no thread");
    if (virConnectListAllDomains(connection, &all, 0) < 1)
        fail("no domain");
    for (int i = 0; i <= count; i++) {
        int state, reason;
        virDomainStatsRecordPtr *records = NULL;
        double start = now();
        for (int j = 0; j < BATCH; j++)
            if (virDomainGetState(all[0], &state, &reason, 0) < 0)
                fail("state: %s", virGetLastErrorMessage());
        states[i] = (now() - start) / BATCH;
        start = now();
        domains = virConnectGetAllDomainStats(connection, VIR_DOMAIN_STATS_STATE, &records, 0);
        if (domains < 0)
            fail("statistics: %s", virGetLastErrorMessage());
        virDomainStatsRecordListFree(records);
        lists[i] = now() - start;
        start = now();
        for (int j = 0; j < BATCH; j++)
            hand_over();
        hand_overs[i] = (now() - start) / BATCH;
    }
    putchar('{');
    print_samples("state_us", states, count);
    print_samples("list_us", lists, count);
    print_samples("hand_over_us", hand_overs, count);
    printf("\"domains\": %d}\n", domains);
}

/* What SQLite's log costs: it is written over again and again, so that its size changes with the first of these alone. */
static void flush(char **arguments)
{
    int file = open(arguments[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600), count = atoi(arguments[1]);
    size_t bytes = atol(arguments[2]);
    char *block = calloc(1, bytes), line[16];
    if (file < 0 || !block)
        fail("cannot make %s: %s", arguments[0], strerror(errno));
    while (fgets(line, sizeof(line), stdin)) {
        double start = now();
        for (int i = 0; i < count; i++)
            if (pwrite(file, block, bytes, i * bytes) != (ssize_t)bytes || fdatasync(file) < 0)
                fail("cannot write %s: %s", arguments[0], strerror(errno));
        printf("{\"total_us\": %.1f}\n", now() - start);
        fflush(stdout);
    }
}

static int is_of_fleet(virDomainPtr domain)
{
    return strncmp(virDomainGetName(domain), "fleet-", 6) == 0;
}

static void *restart(void *domain)
{
    if (virDomainDestroy(domain) < 0 || virDomainCreate(domain) < 0)
        fail("restart: %s", virGetLastErrorMessage());
    return NULL;
}

/* One thread a domain. */
static void restart_at_once(virConnectPtr connection, int most)
{
    virDomainPtr *all = NULL;
    int count = virConnectListAllDomains(connection, &all, VIR_CONNECT_LIST_DOMAINS_ACTIVE), begun = 0;
    pthread_t *threads = calloc(most, sizeof(*threads));
    if (count < 0 || !threads)
        fail("list: %s", virGetLastErrorMessage());
    for (int i = 0; i < count && begun < most; i++)
        if (is_of_fleet(all[i]) && pthread_create(&threads[begun++], NULL, restart, all[i]) != 0)
            fail("cannot start a thread");
    for (int i = 0; i < begun; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < count; i++)
        virDomainFree(all[i]);
    free(all);
    free(threads);
}

static void ask_all(virConnectPtr connection, unsigned int groups)
{
    virDomainStatsRecordPtr *records = NULL;
    if (virConnectGetAllDomainStats(connection, groups, &records, 0) < 0)
        fail("statistics: %s", virGetLastErrorMessage());
    virDomainStatsRecordListFree(records);
}

static void *run_events(void *unused)
{
    (void)unused;
    while (virEventRunDefaultImpl() == 0)
        ;
    return NULL;
}

static void fleet(char **arguments)
{
    /* What Roost asks for. */
    const unsigned int groups = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON |
                                VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK;
    char line[64];
    int most;
    pthread_t events;
    virConnectPtr connection;
    if (virEventRegisterDefaultImpl() < 0 || pthread_create(&events, NULL, run_events, NULL) != 0)
        fail("no event loop");
    connection = virConnectOpen(arguments[0]);
    if (!connection)
        fail("connect: %s", virGetLastErrorMessage());
    while (fgets(line, sizeof(line), stdin)) {
        double start = now();
        if (strcmp(line, "statistics\n") == 0)
            ask_all(connection, groups);
        else if (strcmp(line, "states\n") == 0)
            ask_all(connection, VIR_DOMAIN_STATS_STATE);
        else if (sscanf(line, "operations %d", &most) == 1)
            restart_at_once(connection, most);
        else
            fail("what is %s?", line);
        printf("{\"total_us\": %.1f}\n", now() - start);
        fflush(stdout);
    }
    virConnectClose(connection);
}

int main(int count, char **arguments)
{
    if (count == 9 && strcmp(arguments[1], "spawn") == 0)
        spawn(arguments + 2);
    else if (count == 5 && strcmp(arguments[1], "validate") == 0)
        validate(arguments + 2);
    else if (count == 4 && strcmp(arguments[1], "calls") == 0)
        calls(arguments + 2);
    else if (count == 5 && strcmp(arguments[1], "flush") == 0)
        flush(arguments + 2);
    else if (count == 3 && strcmp(arguments[1], "fleet") == 0)
        fleet(arguments + 2);
    else
        fail("usage: floor spawn URI XML DISK IMAGE BYTES UID GID | floor validate SCHEMA XML COUNT | "
             "floor calls URI COUNT | floor flush FILE COUNT BYTES | floor fleet URI");
    return 0;
}
