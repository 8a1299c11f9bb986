/* A limit order book of one asset: a continuous double auction with price-time priority, in whole numbers of ticks and lots.
 *
 * A price is a level, and what stands at it is a chain of orders, the oldest first. An order is the row that its number says. Below the best bid
 * all levels that are occupied are bids, above the best ask all are asks. */

#include "table.h"

/* Of an order and of all orders that fit into a book, so that sums of their lots fit into 64 bits. */
#define MOST_LOTS ((int64_t)1 << 40)
#define MOST_ORDERS ((int64_t)1 << 22)
#define NOBODY (-1)

enum { LIMIT, MARKET, IMMEDIATE_OR_CANCEL, FILL_OR_KILL, POST_ONLY, CANCEL, REPLACE, CLOCK };
enum { REFUSED, GONE, STANDS };

/* Fields of an order, of a level, of the book, of a trade; the last is how many there are. */
enum { LEFT, PRICE, OWNER, UNTIL, BEFORE, AFTER, ORDER };
enum { FIRST, LAST, LOTS, LEVEL };
enum { BID, ASK, STANDING, NOW, TRADED, TOP };
enum { MESSAGE, TAKER, MAKER, AT, BOUGHT, TRADE };

/* Answers of a step: the book is not as it leaves itself, and nothing more may be read by it. */
enum { WHOLE_BOOK, BROKEN };

typedef struct {
    int64_t *orders, *levels, *top, *trades;
    uint64_t *occupied;
    int64_t capacity, ticks, most;
} LimitBook;

typedef struct {
    int64_t message, order, owner, price, left, until;
} Arrival;

static inline int misses(int64_t number, int64_t count) { return (uint64_t)number >= (uint64_t)count; }

static inline int64_t lots(int64_t quantity) { return quantity < 0 ? -quantity : quantity; }

static inline int stands(const LimitBook *book, int64_t order) { return !misses(order, book->capacity) && book->orders[order * ORDER + LEFT]; }

/* The highest level below *price* that is occupied, or -1. */
static int64_t occupied_below(const LimitBook *book, int64_t price) {
    uint64_t kept = ((uint64_t)1 << (price & 63)) - 1;
    for (int64_t word = price >> 6; word >= 0; word--, kept = ~(uint64_t)0) {
        uint64_t found = book->occupied[word] & kept;
        if (found) return word * 64 + 63 - __builtin_clzll(found);
    }
    return -1;
}

/* The lowest level above *price* that is occupied, or as many as there are. */
static int64_t occupied_above(const LimitBook *book, int64_t price) {
    uint64_t kept = ~(uint64_t)1 << (price & 63);
    for (int64_t word = price >> 6; word < book->ticks >> 6; word++, kept = ~(uint64_t)0) {
        uint64_t found = book->occupied[word] & kept;
        if (found) return word * 64 + __builtin_ctzll(found);
    }
    return book->ticks;
}

/* Whether a price is worse than an arrival's own, as are those of sides where nothing stands: -1, and as many as there are. */
static inline int beyond(const Arrival *arrival, int64_t price) { return arrival->left > 0 ? price > arrival->price : price < arrival->price; }

static inline int64_t best_for(const LimitBook *book, const Arrival *arrival) { return book->top[arrival->left > 0 ? ASK : BID]; }

static void vacate(LimitBook *book, int64_t price) {
    book->occupied[price >> 6] &= ~((uint64_t)1 << (price & 63));
    if (price == book->top[BID]) book->top[BID] = occupied_below(book, price);
    if (price == book->top[ASK]) book->top[ASK] = occupied_above(book, price);
}

static int take_off(LimitBook *book, int64_t number) {
    int64_t *order = book->orders + number * ORDER, before = order[BEFORE], after = order[AFTER];
    if (misses(order[PRICE], book->ticks)) return BROKEN;
    if ((before != NOBODY && misses(before, book->capacity)) || (after != NOBODY && misses(after, book->capacity))) return BROKEN;
    int64_t *level = book->levels + order[PRICE] * LEVEL;
    *(before == NOBODY ? level + FIRST : book->orders + before * ORDER + AFTER) = after;
    *(after == NOBODY ? level + LAST : book->orders + after * ORDER + BEFORE) = before;
    level[LOTS] -= lots(order[LEFT]);
    order[LEFT] = 0;
    book->top[STANDING]--;
    if (level[FIRST] == NOBODY) vacate(book, order[PRICE]);
    return WHOLE_BOOK;
}

/* Puts what is left of an arrival behind all others at its price. */
static int put_on(LimitBook *book, const Arrival *arrival) {
    int64_t *level = book->levels + arrival->price * LEVEL, last = level[LAST];
    if (last != NOBODY && misses(last, book->capacity)) return BROKEN;
    const int64_t fields[ORDER] = {arrival->left, arrival->price, arrival->owner, arrival->until, last, NOBODY};
    for (int field = 0; field < ORDER; field++) book->orders[arrival->order * ORDER + field] = fields[field];
    *(last == NOBODY ? level + FIRST : book->orders + last * ORDER + AFTER) = arrival->order;
    level[LAST] = arrival->order;
    level[LOTS] += lots(arrival->left);
    book->occupied[arrival->price >> 6] |= (uint64_t)1 << (arrival->price & 63);
    if (arrival->left > 0 && arrival->price > book->top[BID]) book->top[BID] = arrival->price;
    if (arrival->left < 0 && arrival->price < book->top[ASK]) book->top[ASK] = arrival->price;
    book->top[STANDING]++;
    return WHOLE_BOOK;
}

static int fill(LimitBook *book, Arrival *arrival, int64_t maker, int64_t price) {
    int64_t *order = book->orders + maker * ORDER, offered = lots(order[LEFT]), asked = lots(arrival->left);
    int64_t traded = offered < asked ? offered : asked, bought = arrival->left > 0 ? traded : -traded;
    if (misses(book->top[TRADED], book->most)) return BROKEN;
    const int64_t fields[TRADE] = {arrival->message, arrival->order, maker, price, bought};
    for (int field = 0; field < TRADE; field++) book->trades[book->top[TRADED] * TRADE + field] = fields[field];
    book->top[TRADED]++;
    arrival->left -= bought;
    if (traded == offered) return take_off(book, maker);
    order[LEFT] -= order[LEFT] > 0 ? traded : -traded;
    book->levels[price * LEVEL + LOTS] -= traded;
    return WHOLE_BOOK;
}

/* Trades an arrival with what stands, the best price first and then the oldest, until none is left or its price is passed. A standing order of
 * the same owner is taken off instead. */
static int trade(LimitBook *book, Arrival *arrival) {
    while (arrival->left) {
        int64_t price = best_for(book, arrival);
        if (beyond(arrival, price)) break;
        if (misses(price, book->ticks)) return BROKEN;
        int64_t maker = book->levels[price * LEVEL + FIRST];
        if (!stands(book, maker)) return BROKEN;
        int own = book->orders[maker * ORDER + OWNER] == arrival->owner;
        if (own ? take_off(book, maker) : fill(book, arrival, maker, price)) return BROKEN;
    }
    return WHOLE_BOOK;
}

/* Whether others offer all that an arrival asks for, within its price. */
static int offered_whole(const LimitBook *book, const Arrival *arrival, int *whole) {
    int64_t found = 0, seen = 0, price = best_for(book, arrival);
    while (!beyond(arrival, price) && found < lots(arrival->left)) {
        if (misses(price, book->ticks)) return BROKEN;
        for (int64_t at = book->levels[price * LEVEL + FIRST]; at != NOBODY; at = book->orders[at * ORDER + AFTER]) {
            if (!stands(book, at) || ++seen > book->capacity) return BROKEN;
            if (book->orders[at * ORDER + OWNER] != arrival->owner) found += lots(book->orders[at * ORDER + LEFT]);
        }
        price = arrival->left > 0 ? occupied_above(book, price) : occupied_below(book, price);
    }
    *whole = found >= lots(arrival->left);
    return WHOLE_BOOK;
}

static int arrive(LimitBook *book, Arrival *arrival, int kind, uint8_t *outcome) {
    int whole = 1;
    if (kind == POST_ONLY && !beyond(arrival, best_for(book, arrival))) return WHOLE_BOOK;
    if (kind == FILL_OR_KILL && offered_whole(book, arrival, &whole)) return BROKEN;
    if (!whole) return WHOLE_BOOK;
    if (trade(book, arrival)) return BROKEN;
    *outcome = arrival->left && (kind == LIMIT || kind == POST_ONLY) ? STANDS : GONE;
    return *outcome == STANDS ? put_on(book, arrival) : WHOLE_BOOK;
}

static int replace(LimitBook *book, Arrival *arrival, uint8_t *outcome) {
    int64_t *order = book->orders + arrival->order * ORDER, less = lots(order[LEFT]) - lots(arrival->left);
    if ((order[LEFT] > 0) != (arrival->left > 0)) return WHOLE_BOOK;
    if (order[PRICE] == arrival->price && less >= 0) {
        order[LEFT] = arrival->left;
        book->levels[arrival->price * LEVEL + LOTS] -= less;
        *outcome = STANDS;
        return WHOLE_BOOK;
    }
    arrival->until = order[UNTIL];
    return take_off(book, arrival->order) || arrive(book, arrival, LIMIT, outcome);
}

/* Takes off all orders that stand until *now* or less. */
static int expire(LimitBook *book, int64_t now, uint8_t *outcome) {
    if (now < book->top[NOW]) return WHOLE_BOOK;
    book->top[NOW] = now;
    for (int64_t order = 0; order < book->capacity; order++) {
        int64_t until = book->orders[order * ORDER + UNTIL];
        if (stands(book, order) && until && until <= now && take_off(book, order)) return BROKEN;
    }
    *outcome = GONE;
    return WHOLE_BOOK;
}

static inline int is_sound(const LimitBook *book, const Arrival *arrival) {
    return arrival->left && arrival->left <= MOST_LOTS && arrival->left >= -MOST_LOTS && !misses(arrival->price, book->ticks);
}

static int process(LimitBook *book, Arrival *arrival, int kind, uint8_t *outcome) {
    if (kind == CLOCK) return expire(book, arrival->until, outcome);
    if (kind == MARKET) arrival->price = arrival->left > 0 ? book->ticks - 1 : 0;
    if (kind > CLOCK || misses(arrival->order, book->capacity) || (kind != CANCEL && !is_sound(book, arrival))) return WHOLE_BOOK;
    int there = stands(book, arrival->order), own = there && book->orders[arrival->order * ORDER + OWNER] == arrival->owner;
    if (kind == CANCEL || kind == REPLACE) {
        if (!own) return WHOLE_BOOK;
        if (kind == REPLACE) return replace(book, arrival, outcome);
        *outcome = GONE;
        return take_off(book, arrival->order);
    }
    if (there || (arrival->until && arrival->until <= book->top[NOW])) return WHOLE_BOOK;
    return arrive(book, arrival, kind, outcome);
}

/* Messages (n): kind, number of the order, its owner, price in ticks, quantity in lots, above 0 bought, and until when it stands, 0 for as long as
 * it takes; the book: orders (capacity, ORDER), levels (ticks, LEVEL), a bit for each level that is occupied (ticks / 64), TOP. Fills what came of
 * each message and what it traded (n), and the trades (at least 2 n and what stands, TRADE), of which there are TOP's TRADED. */
static int book_process(const Argument *argument) {
    LimitBook book = {AS(int64_t, 6), AS(int64_t, 7), AS(int64_t, 9), AS(int64_t, 12), AS(uint64_t, 8), 0, 0, 0};
    int64_t n = argument[0].items;
    for (int array = 1; array < 6; array++) HOLDS(array, n);
    book.capacity = argument[6].items / ORDER;
    book.ticks = argument[7].items / LEVEL;
    book.most = argument[12].items / TRADE;
    if (argument[6].items % ORDER || book.capacity > MOST_ORDERS) return 7;
    if (argument[7].items % LEVEL || book.ticks % 64) return 8;
    HOLDS(8, book.ticks / 64);
    HOLDS(9, TOP);
    if (misses(book.top[STANDING], book.capacity + 1)) return 10;
    HOLDS(10, n);
    HOLDS(11, n);
    HOLDS(12, times(TRADE, times(2, n) + book.top[STANDING]));
    book.top[TRADED] = 0;
    for (int64_t i = 0; i < n; i++) {
        Arrival arrival = {i, AS(const int32_t, 1)[i], AS(const int32_t, 2)[i], AS(const int64_t, 3)[i], AS(const int64_t, 4)[i], AS(const int64_t, 5)[i]};
        int64_t asked = arrival.left;
        AS(uint8_t, 10)[i] = REFUSED;
        if (process(&book, &arrival, AS(const uint8_t, 0)[i], AS(uint8_t, 10) + i)) return 7;
        AS(int64_t, 11)[i] = AS(uint8_t, 10)[i] == REFUSED ? 0 : asked - arrival.left;
    }
    return 0;
}
