/* Makes the calls of golden vectors again, from standard input, and compares all that they leave bit by bit; golden_vectors.py has the format.
 *
 *     xz -dc golden/vectors.xz | replay [hostile]
 *
 * Arrays lie at the very ends of their blocks, once aligned and once an item off, for a sanitizer to see what is read or written beyond. Told
 * to be hostile, it instead makes each call with one array an item short, which must be refused by its number unless it only says how much
 * there is to do; and with one number out of all bounds, or arrays of numbers that are, which may be answered in any way but one that
 * reads outside. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#ifndef TABLE
#define TABLE kernels_baseline
#endif

extern const Kernel TABLE[];

#define MOST_ARGUMENTS 40

typedef struct {
    char letter;
    unsigned char sizing;
    Argument value;
    size_t bytes;
    unsigned char *before, *after;
} Recorded;

typedef struct {
    const Kernel *kernel;
    int count;
    Recorded arguments[MOST_ARGUMENTS];
} Call;

static void fail(const char *what, const char *name) {
    fprintf(stderr, "%s %s\n", what, name);
    exit(2);
}

static void read_into(void *into, size_t bytes) {
    if (bytes && fread(into, bytes, 1, stdin) != 1) fail("the vectors end early:", "are they whole?");
}

static unsigned char *read_bytes(size_t bytes) {
    unsigned char *found = malloc(bytes ? bytes : 1);
    if (!found) fail("no memory for", "an array");
    read_into(found, bytes);
    return found;
}

static int is_array(char letter) { return letter != 'n' && letter != 'x'; }
static int is_filled(char letter) { return letter >= 'A' && letter <= 'Z'; }

static size_t size_of(char letter) {
    switch (letter | 32) {
        case 'b': return 1;
        case 'w': return 2;
        case 'f': case 'i': return 4;
        default: return 8;
    }
}

static void read_argument(Recorded *argument) {
    uint64_t items;
    read_into(&argument->letter, 1);
    if (argument->letter == 'n') {
        read_into(&argument->value.whole, 8);
    } else if (argument->letter == 'x') {
        read_into(&argument->value.real, 8);
    } else {
        read_into(&argument->sizing, 1);
        read_into(&items, 8);
        argument->value.items = (int64_t)items;
        argument->bytes = items * size_of(argument->letter);
        argument->before = read_bytes(argument->bytes);
        if (is_filled(argument->letter)) argument->after = read_bytes(argument->bytes);
    }
}

static const Kernel *kernel_named(const char *name) {
    for (const Kernel *kernel = TABLE; kernel->name; kernel++)
        if (strcmp(kernel->name, name) == 0) return kernel;
    fail("no kernel is named", name);
    return 0;
}

/* Whether there was one more call. */
static int read_call(Call *call) {
    unsigned char length, count;
    char name[256] = {0};
    read_into(&length, 1);
    if (!length) return 0;
    read_into(name, length);
    read_into(&count, 1);
    memset(call, 0, sizeof *call);
    call->kernel = kernel_named(name);
    if (count != strlen(call->kernel->signature)) fail("recorded with another number of arguments:", name);
    for (call->count = 0; call->count < count; call->count++) {
        read_argument(&call->arguments[call->count]);
        if (call->arguments[call->count].letter != call->kernel->signature[call->count]) fail("recorded with another signature:", name);
    }
    return 1;
}

static void free_call(Call *call) {
    for (int place = 0; place < call->count; place++) {
        free(call->arguments[place].before);
        free(call->arguments[place].after);
    }
}

/* Run with arrays as they were before, which begin *off* items after their block; the caller frees blocks. */
static int run(const Call *call, Argument *given, void **blocks, int off) {
    for (int place = 0; place < call->count; place++) {
        const Recorded *argument = &call->arguments[place];
        blocks[place] = 0;
        given[place].items = argument->value.items < given[place].items ? argument->value.items : given[place].items;
        if (!is_array(argument->letter)) continue;
        size_t size = size_of(argument->letter), skipped = (size_t)off * size, bytes = (size_t)given[place].items * size;
        blocks[place] = malloc(skipped + bytes ? skipped + bytes : 1);
        if (!blocks[place]) fail("no memory for", call->kernel->name);
        given[place].at = (char *)blocks[place] + skipped;
        memcpy(given[place].at, argument->before, bytes);
    }
    return call->kernel->run(given);
}

static void as_recorded(const Call *call, Argument *given) {
    for (int place = 0; place < call->count; place++) given[place] = call->arguments[place].value;
}

static void free_blocks(const Call *call, void **blocks) {
    for (int place = 0; place < call->count; place++) free(blocks[place]);
}

/* Number of arrays that differ from what is recorded. */
static int differing(const Call *call, int off) {
    Argument given[MOST_ARGUMENTS];
    void *blocks[MOST_ARGUMENTS];
    int wrong = 0;
    as_recorded(call, given);
    int refused = run(call, given, blocks, off);
    if (refused) printf("%s: refused argument %d\n", call->kernel->name, refused), wrong++;
    for (int place = 0; place < call->count; place++) {
        const Recorded *argument = &call->arguments[place];
        const unsigned char *expected = is_filled(argument->letter) ? argument->after : argument->before, *found = given[place].at;
        if (!is_array(argument->letter) || memcmp(found, expected, argument->bytes) == 0) continue;
        size_t at = 0, size = size_of(argument->letter);
        while (found[at] == expected[at]) at++;
        printf("%s: argument %d differs from item %zu on\n", call->kernel->name, place + 1, at / size);
        wrong++;
    }
    free_blocks(call, blocks);
    return wrong;
}

/* What a call answers to one argument that is not as recorded. */
static int answer(const Call *call, int place, Argument value) {
    Argument given[MOST_ARGUMENTS];
    void *blocks[MOST_ARGUMENTS];
    as_recorded(call, given);
    given[place] = value;
    int refused = run(call, given, blocks, 0);
    free_blocks(call, blocks);
    return refused;
}

static const int64_t outside[] = {-((int64_t)1 << 62), -1, 0, (int64_t)1 << 31, ((int64_t)1 << 40) + 1, (int64_t)1 << 62};
static const unsigned char filling[] = {0x7f, 0x80, 0xff};

/* Whether an array an item short was taken, though not only what is to be done is measured by it. */
static int accepts_short(const Call *call, int place) {
    const Recorded *argument = &call->arguments[place];
    Argument value = argument->value;
    if (!value.items--) return 0;
    int refused = answer(call, place, value);
    if (refused == place + 1 || argument->sizing) return 0;
    printf("%s: argument %d is an item short, which was answered with %d\n", call->kernel->name, place + 1, refused);
    return 1;
}

static void try_outside(const Call *call, int place) {
    Argument value = {0};
    for (size_t each = 0; each < sizeof outside / sizeof *outside; each++) {
        value.whole = outside[each];
        answer(call, place, value);
    }
}

static void try_filled(Call *call, int place) {
    Recorded *argument = &call->arguments[place];
    unsigned char *recorded = argument->before;
    argument->before = malloc(argument->bytes + 1);
    if (!argument->before) fail("no memory for", call->kernel->name);
    for (size_t each = 0; each < sizeof filling / sizeof *filling; each++) {
        memset(argument->before, filling[each], argument->bytes);
        answer(call, place, argument->value);
    }
    free(argument->before);
    argument->before = recorded;
}

/* Number of arrays an item short that were not refused by their number. */
static int accepted(Call *call) {
    int wrong = 0;
    for (int place = 0; place < call->count; place++) {
        char letter = call->arguments[place].letter;
        if (is_array(letter)) wrong += accepts_short(call, place);
        if (letter == 'n') try_outside(call, place);
        if (is_array(letter)) try_filled(call, place);
    }
    return wrong;
}

int main(int count, char **words) {
    int hostile = count > 1 && strcmp(words[1], "hostile") == 0, calls = 0, wrong = 0;
    static Call call;
    while (read_call(&call)) {
        wrong += hostile ? accepted(&call) : differing(&call, 0) + differing(&call, 1);
        calls++;
        free_call(&call);
    }
    if (!calls) fail("no calls", "are recorded");
    if (wrong) printf("%d arrays of %d calls are not as they should be\n", wrong, calls);
    else printf("%d calls: %s\n", calls, hostile ? "all that is short is refused" : "all bits equal");
    return wrong != 0;
}
