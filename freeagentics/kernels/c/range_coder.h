/* A range coder, whose codes may be truncated and are read up to there.
 *
 * It narrows an interval, symbol by symbol, in whole numbers (Martin, "Range encoding: an algorithm for removing redundancy from a digitised
 * message", 1979; Witten, Neal & Cleary, "Arithmetic coding for data compression", 1987, https://doi.org/10.1145/214762.214771). A code is the
 * shortest string of bytes all of whose continuations lie in the interval, so that a part of it determines a part of the symbols.
 */
#ifndef FREEAGENTICS_RANGE_CODER_H
#define FREEAGENTICS_RANGE_CODER_H

#include <stdint.h>

/* Frequencies of a table sum to 2^12; a bypass number, which has no table, takes as many bits. */
#define PROB_BITS 12
#define PROB_SCALE (1 << PROB_BITS)
/* Bytes of the window that low ends and ranges are held in, and the worth of its first one. */
#define WINDOW 7
#define FIRST_BYTE ((uint64_t)1 << 8 * (WINDOW - 1))
#define WHOLE_WINDOW (((uint64_t)1 << 8 * WINDOW) - 1)
/* Symbols after which a range is renormalised: of its 48 bits or more each takes up to 12. */
#define RENORMALISE_EVERY 4

/* Whole bytes by which a range inside the window can grow and stay there; of a range below 256, one fewer. */
static inline int bytes_of_room(uint64_t range) { return __builtin_clzll((range & WHOLE_WINDOW) | 1) / 8 - 1; }

/* A code that is being written: at most *most* bytes, *at* of them so far. What follows lies from *low* on, less than *range* beyond. */
typedef struct {
    uint64_t low, range;
    uint8_t *code;
    int64_t at, most;
    int symbols;
} Encoder;

static inline Encoder encoder_of(uint8_t *code, int64_t most) { return (Encoder){0, WHOLE_WINDOW, code, 0, most, 0}; }

static inline void write_bytes(Encoder *encoder, int bytes) {
    if (encoder->low > WHOLE_WINDOW)
        for (int64_t i = encoder->at - 1; i >= 0 && !++encoder->code[i]; i--) {
        }
    for (; bytes > 0 && encoder->at < encoder->most; bytes--) {
        encoder->code[encoder->at++] = (uint8_t)(encoder->low >> 8 * (WINDOW - 1));
        encoder->low <<= 8;
    }
    encoder->low &= WHOLE_WINDOW;
}

static inline void renormalise_encoder(Encoder *encoder) {
    int room = bytes_of_room(encoder->range);
    write_bytes(encoder, room);
    encoder->range <<= 8 * room;
}

/* A symbol, by the frequencies before it in its table and its own. */
static inline void encode(Encoder *encoder, uint64_t before, uint64_t frequency) {
    uint64_t unit = encoder->range >> PROB_BITS;
    encoder->low += unit * before;
    encoder->range = unit * frequency;
    if (++encoder->symbols % RENORMALISE_EVERY == 0) renormalise_encoder(encoder);
}

/* A number below 2^12, all alike likely. */
static inline void encode_bypass(Encoder *encoder, uint64_t number) {
    renormalise_encoder(encoder);
    encoder->range >>= PROB_BITS;
    encoder->low += encoder->range * number;
    renormalise_encoder(encoder);
}

/* End with the next whole byte above the low end, if all that starts with it lies in the interval; else with the next pair of bytes. Returns
 * the length of the code. */
static inline int64_t finish(Encoder *encoder) {
    renormalise_encoder(encoder);
    int enough = encoder->range >= 2 * FIRST_BYTE;
    encoder->low += enough ? FIRST_BYTE : FIRST_BYTE >> 8;
    write_bytes(encoder, enough ? 1 : 2);
    return encoder->at;
}

/* A code that is being read: *length* bytes, of which the window begins at *at*. The rest of the window is at most *unread* above *value*.
 * Once its bytes no longer determine every symbol so far, nothing more is read. */
typedef struct {
    uint64_t value, range, unread, unit;
    const uint8_t *code;
    int64_t at, length;
    int symbols, determined;
} Decoder;

static inline void shift_in(Decoder *decoder, int bytes) {
    for (int i = 0; i < bytes; i++, decoder->at++) {
        int64_t place = decoder->at + WINDOW;
        decoder->value = decoder->value << 8 | (place < decoder->length ? decoder->code[place] : 0);
    }
    int64_t left = decoder->length - decoder->at;
    decoder->unread = left >= WINDOW ? 0 : left > 0 ? WHOLE_WINDOW >> 8 * left : WHOLE_WINDOW;
}

static inline Decoder decoder_of(const uint8_t *code, int64_t length) {
    Decoder decoder = {0, WHOLE_WINDOW, 0, 0, code, -WINDOW, length, 0, 1};
    shift_in(&decoder, WINDOW);
    return decoder;
}

static inline void renormalise_decoder(Decoder *decoder) {
    int room = bytes_of_room(decoder->range);
    shift_in(decoder, room);
    decoder->range <<= 8 * room;
}

/* Place of the value on the cumulative frequencies of the next table, below 2^12. */
static inline uint64_t decode_target(Decoder *decoder) {
    decoder->unit = decoder->range >> PROB_BITS;
    uint64_t target = decoder->value / (decoder->unit | !decoder->unit);
    return target < PROB_SCALE ? target : PROB_SCALE - 1;
}

/* Go past the symbol found there. */
static inline void decode_update(Decoder *decoder, uint64_t before, uint64_t frequency) {
    decoder->value -= decoder->unit * before;
    decoder->range = decoder->unit * frequency;
    decoder->determined = decoder->value + decoder->unread < decoder->range;
    if (++decoder->symbols % RENORMALISE_EVERY == 0) renormalise_decoder(decoder);
}

static inline uint64_t decode_bypass(Decoder *decoder) {
    renormalise_decoder(decoder);
    uint64_t number = decode_target(decoder);
    decoder->value -= decoder->unit * number;
    decoder->range = decoder->unit;
    decoder->determined = decoder->value + decoder->unread < decoder->range;
    renormalise_decoder(decoder);
    return number;
}

#endif
