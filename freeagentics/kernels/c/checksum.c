/* Checksums of codes, half a byte at a time. */

#include "table.h"

/* One more byte of CRC-8/AUTOSAR (polynomial 0x2F), which finds every one, two or three flipped bits in up to 14 bytes. */
static inline uint8_t crc8_byte(uint8_t crc, uint8_t byte) {
    static const uint8_t half[16] = {0x00, 0x2f, 0x5e, 0x71, 0xbc, 0x93, 0xe2, 0xcd, 0x57, 0x78, 0x09, 0x26, 0xeb, 0xc4, 0xb5, 0x9a};
    crc ^= byte;
    crc = (uint8_t)((crc << 4) ^ half[crc >> 4]);
    return (uint8_t)((crc << 4) ^ half[crc >> 4]);
}

/* Checksum of *length* bytes: those *held*, and zeros beyond. */
static uint8_t crc8_of(const uint8_t *code, int64_t held, int64_t length) {
    uint8_t crc = 0xff;
    for (int64_t i = 0; i < length; i++) crc = crc8_byte(crc, i < held ? code[i] : 0);
    return crc ^ 0xff;
}

#define LONGEST 65536

/* codes (n, width), length (n) of what is checked of each, bytes that go before it -> checksums (n). */
static int crc8(const Argument *argument) {
    int64_t n = argument[1].items, width = n ? argument[0].items / n : 0, before = WHOLE(2);
    HOLDS(3, n);
    if (before < 0 || before > width) return n ? 3 : 0;
    for (int64_t row = 0; row < n; row++)
        if (AS(const int64_t, 1)[row] > LONGEST) return 2;
    for (int64_t row = 0; row < n; row++)
        AS(uint8_t, 3)[row] = crc8_of(AS(const uint8_t, 0) + row * width + before, width - before, AS(const int64_t, 1)[row]);
    return 0;
}

/* codes (n, width) -> CRC-16/CCITT-FALSE (polynomial 0x1021) of each (n). */
static int crc16(const Argument *argument) {
    static const uint16_t half[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
                                      0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};
    int64_t n = argument[1].items, width = n ? argument[0].items / n : 0;
    for (int64_t row = 0; row < n; row++) {
        const uint8_t *code = AS(const uint8_t, 0) + row * width;
        uint32_t crc = 0xffff;
        for (int64_t i = 0; i < width; i++) {
            crc ^= (uint32_t)code[i] << 8;
            crc = ((crc << 4) & 0xffff) ^ half[crc >> 12];
            crc = ((crc << 4) & 0xffff) ^ half[crc >> 12];
        }
        AS(uint16_t, 1)[row] = (uint16_t)crc;
    }
    return 0;
}

/* codes (n, longest), length of each (n), the span of lengths that half a byte holds -> lengths, at half a byte each beyond the shortest or, where
 * they span more, at a byte each, and after them the codes without gaps; the shortest length, or 255 where lengths take a byte, and bytes in all. */
static int codes_join(const Argument *argument) {
    int64_t n = argument[1].items, longest = n ? argument[0].items / n : 0, shortest = 254, most = 0, all = 0;
    const int64_t *length = AS(const int64_t, 1);
    uint8_t *to = AS(uint8_t, 3);
    HOLDS(4, 2);
    for (int64_t i = 0; i < n; i++) {
        if (length[i] < 0 || length[i] > longest || length[i] > 255) return 2;
        shortest = length[i] < shortest ? length[i] : shortest;
        most = length[i] > most ? length[i] : most;
        all += length[i];
    }
    int halves = most - shortest <= WHOLE(2);
    int64_t head = halves ? (n + 1) / 2 : n;
    HOLDS(3, head + all);
    for (int64_t i = 0; i < head; i++) {
        int64_t second = halves && 2 * i + 1 < n ? length[2 * i + 1] - shortest : 0;
        to[i] = (uint8_t)(halves ? (length[2 * i] - shortest) << 4 | second : length[i]);
    }
    to += head;
    for (int64_t i = 0; i < n; i++) {
        memcpy(to, AS(const uint8_t, 0) + i * longest, (size_t)length[i]);
        to += length[i];
    }
    AS(int64_t, 4)[0] = halves ? shortest : 255;
    AS(int64_t, 4)[1] = head + all;
    return 0;
}
