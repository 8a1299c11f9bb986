/* Uniform-price call auctions: one price for all orders of an asset, at which most is traded. All in whole numbers. */

#include "table.h"

__extension__ typedef __int128 Wide;

/* More than this no side of an asset may offer together: what is filled, and sums of two sides, then fit into 64 bits. */
#define MOST_UNITS 4000000000000000000
#define MOST_CENTS 4000000000000000000
#define PER_CENT 100000000000000

typedef struct {
    const int32_t *asset, *owner;
    const int64_t *limit, *quantity;
} Book;

/* Whether order a goes before order b: by asset, bought before sold, the better limit, the lower owner, and as they stand. */
static inline int goes_before(const Book *book, int64_t a, int64_t b) {
    if (book->asset[a] != book->asset[b]) return book->asset[a] < book->asset[b];
    int buys = book->quantity[a] > 0;
    if (buys != (book->quantity[b] > 0)) return buys;
    if (book->limit[a] != book->limit[b]) return buys ? book->limit[a] > book->limit[b] : book->limit[a] < book->limit[b];
    return book->owner[a] != book->owner[b] ? book->owner[a] < book->owner[b] : a < b;
}

/* Merge sort from the bottom up; *order* ends sorted, *spare* is as long. */
static void sort_book(const Book *book, int64_t *order, int64_t *spare, int64_t count) {
    for (int64_t i = 0; i < count; i++) order[i] = i;
    for (int64_t width = 1; width < count; width *= 2) {
        for (int64_t low = 0; low < count; low += 2 * width) {
            int64_t middle = low + width < count ? low + width : count, high = low + 2 * width < count ? low + 2 * width : count;
            int64_t left = low, right = middle;
            for (int64_t to = low; to < high; to++)
                spare[to] = left < middle && (right == high || !goes_before(book, order[right], order[left])) ? order[left++] : order[right++];
        }
        for (int64_t i = 0; i < count; i++) order[i] = spare[i];
    }
}

/* Prices from low to high at which the same is bought and sold, and the best of those seen. */
typedef struct {
    int64_t price, volume, surplus;
} Choice;

static inline int64_t distance(int64_t a, int64_t b) { return a > b ? a - b : b - a; }

/* Most volume, then the smallest surplus, then nearest the last price, then where the surplus pulls, else the lower: prices come rising. */
static void consider(Choice *best, int64_t low, int64_t high, int64_t demand, int64_t supply, int64_t last) {
    if (low > high) return;
    Choice now = {last < low ? low : last > high ? high : last, demand < supply ? demand : supply, demand - supply};
    int64_t mine = distance(now.surplus, 0), theirs = distance(best->surplus, 0);
    int64_t near = distance(now.price, last), nearest = distance(best->price, last);
    int better = now.volume > best->volume;
    if (now.volume == best->volume && now.volume) {
        better = mine < theirs;
        if (mine == theirs) better = near < nearest || (near == nearest && now.surplus > 0 && best->surplus > 0);
    }
    if (better) *best = now;
}

/* The price of orders of one asset, sorted: buys from the highest limit down in [first, middle), sells from the lowest up in [middle, end). */
static Choice best_price(const Book *book, const int64_t *order, int64_t first, int64_t middle, int64_t end, int64_t last) {
    Choice best = {last, 0, 0};
    int64_t demand = 0, supply = 0, buy = middle, sell = middle;
    for (int64_t i = first; i < middle; i++) demand += book->quantity[order[i]];
    while (buy > first) {
        int64_t price = book->limit[order[buy - 1]];
        if (sell < end && book->limit[order[sell]] < price) price = book->limit[order[sell]];
        for (; sell < end && book->limit[order[sell]] == price; sell++) supply -= book->quantity[order[sell]];
        consider(&best, price, price, demand, supply, last);
        for (; buy > first && book->limit[order[buy - 1]] == price; buy--) demand -= book->quantity[order[buy - 1]];
        if (buy == first) break;
        int64_t next = book->limit[order[buy - 1]];
        if (sell < end && book->limit[order[sell]] < next) next = book->limit[order[sell]];
        consider(&best, price + 1, next - 1, demand, supply, last);
    }
    return best;
}

/* Fill *volume* of one side: better limits first, orders at the last one that is reached in proportion to their sizes. */
static void fill_side(const Book *book, const int64_t *order, int64_t from, int64_t to, int64_t volume, int64_t *filled) {
    while (from < to && volume) {
        int64_t level = from, offered = 0;
        for (; level < to && book->limit[order[level]] == book->limit[order[from]]; level++) offered += distance(book->quantity[order[level]], 0);
        int64_t given = offered < volume ? offered : volume, before = 0, sum = 0;
        for (; from < level; from++) {
            sum += distance(book->quantity[order[from]], 0);
            int64_t until = offered ? (int64_t)((Wide)sum * given / offered) : 0;
            filled[order[from]] = book->quantity[order[from]] < 0 ? before - until : until - before;
            before = until;
        }
        volume -= given;
    }
}

/* Cents of what was filled on a side: the rounded value of all up to an order less that of all before it, so that both sides have the same sum. */
static void value_side(const int64_t *order, int64_t from, int64_t to, int64_t price, const int64_t *filled, int64_t *cents) {
    Wide sum = 0;
    int64_t before = 0;
    for (; from < to; from++) {
        sum += distance(filled[order[from]], 0);
        int64_t until = (int64_t)((sum * price + PER_CENT / 2) / PER_CENT);
        cents[order[from]] = until - before;
        before = until;
    }
}

/* Orders (n): asset, owner, limit in units of price, quantity in units, above 0 bought and below 0 sold; the last prices (assets). Fills prices
 * and volumes (assets), and quantities filled and what they are worth in cents (n); scratch (2 n). An asset where nothing crosses keeps its price. */
static int auction_clear(const Argument *argument) {
    Book book = {AS(const int32_t, 0), AS(const int32_t, 1), AS(const int64_t, 2), AS(const int64_t, 3)};
    const int64_t *last = AS(const int64_t, 4);
    int64_t *price = AS(int64_t, 5), *volume = AS(int64_t, 6), *filled = AS(int64_t, 7), *cents = AS(int64_t, 8), *order = AS(int64_t, 9);
    int64_t n = argument[0].items, assets = argument[4].items;
    for (int array = 1; array < 4; array++) HOLDS(array, n);
    HOLDS(5, assets);
    HOLDS(6, assets);
    HOLDS(7, n);
    HOLDS(8, n);
    HOLDS(9, times(2, n));
    for (int64_t a = 0; a < assets; a++) price[a] = last[a], volume[a] = 0;
    for (int64_t i = 0; i < n; i++) {
        filled[i] = cents[i] = 0;
        if (book.asset[i] < 0 || book.asset[i] >= assets) return 1;
        if (book.limit[i] < 1) return 3;
        if (book.quantity[i] > MOST_UNITS || book.quantity[i] < -MOST_UNITS) return 4;
    }
    sort_book(&book, order, order + n, n);
    for (int64_t first = 0, end; first < n; first = end) {
        int32_t asset = book.asset[order[first]];
        int64_t middle = first;
        Wide offered[2] = {0, 0};
        for (; middle < n && book.asset[order[middle]] == asset && book.quantity[order[middle]] > 0; middle++) offered[0] += book.quantity[order[middle]];
        for (end = middle; end < n && book.asset[order[end]] == asset; end++) offered[1] -= book.quantity[order[end]];
        if (offered[0] > MOST_UNITS || offered[1] > MOST_UNITS) return 4;
        Choice best = best_price(&book, order, first, middle, end, last[asset]);
        if ((Wide)best.price * best.volume / PER_CENT >= MOST_CENTS) return 3;
        price[asset] = best.volume ? best.price : last[asset];
        volume[asset] = best.volume;
        fill_side(&book, order, first, middle, best.volume, filled);
        fill_side(&book, order, middle, end, best.volume, filled);
        value_side(order, first, middle, price[asset], filled, cents);
        value_side(order, middle, end, price[asset], filled, cents);
    }
    return 0;
}

/* What the tape of a bar has of each asset, so far. */
enum { BUYS, SELLS, TAKEN_BUYING, TAKEN_SELLING, WHALES, TOLD };

/* Orders (n) of an auction: asset, limit, what was filled; the last prices, and from which size on an order is large (assets) -> added to what is told of the
 * bar (assets, TOLD): orders that bought and that sold, units bought and sold by those who went past the last price, and large orders. */
static int auction_tell(const Argument *argument) {
    const int32_t *asset = AS(const int32_t, 0);
    const int64_t *limit = AS(const int64_t, 1), *filled = AS(const int64_t, 2), *last = AS(const int64_t, 3), *large = AS(const int64_t, 4);
    int64_t n = argument[0].items, assets = argument[3].items;
    HOLDS(1, n);
    HOLDS(2, n);
    HOLDS(4, assets);
    HOLDS(5, times(TOLD, assets));
    for (int64_t i = 0; i < n; i++) {
        if (asset[i] < 0 || asset[i] >= assets) return 1;
        int64_t *told = AS(int64_t, 5) + asset[i] * TOLD, size = distance(filled[i], 0), taken = distance(limit[i], last[asset[i]]);
        if (!filled[i]) continue;
        told[filled[i] > 0 ? BUYS : SELLS]++;
        if (taken && (limit[i] > last[asset[i]]) == (filled[i] > 0)) told[filled[i] > 0 ? TAKEN_BUYING : TAKEN_SELLING] += size;
        told[WHALES] += size >= large[asset[i]];
    }
    return 0;
}
