/* Finds the corners in a greyscale picture with the detector of Harris and Stephens (Alvey Vision Conference, 1988).

   Usage: corners input.pgm output.txt

   The output has one line "x y response" for each corner, from top to bottom. All arithmetic is on whole numbers, so
   every compiler and every optimisation must give the same file. CT_REPEAT_MAIN (default 1) is how often the corners
   are computed; tmp-ck-timer.json gets the seconds. */

#define _POSIX_C_SOURCE 199309L

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LARGEST_SIDE 16384
#define WINDOW 2           /* gradients are summed over 5 x 5 pixels */
#define BORDER (WINDOW + 1)
#define SENSITIVITY 20     /* response = determinant - trace^2 / SENSITIVITY */
#define THRESHOLD_SHARE 20 /* a corner has at least 1 / THRESHOLD_SHARE of the strongest response */

typedef struct {
    long width, height;
    uint8_t *pixels;
} picture;

/* One structure tensor's three sums, or one pixel's products of gradients. */
typedef struct {
    int32_t xx, yy, xy;
} tensor;

typedef struct {
    tensor *products, *row_sums;
    int64_t *response;
} workspace;

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        fail("memory", "there is not enough for this picture");
    return memory;
}

/* The next number of a PGM header, after white space and comments; -1 when there is none. */
static long header_number(FILE *file)
{
    int character = fgetc(file);
    long value = 0;
    while (isspace(character) || character == '#') {
        if (character == '#')
            while (character != '\n' && character != EOF)
                character = fgetc(file);
        character = fgetc(file);
    }
    if (!isdigit(character))
        return -1;
    for (; isdigit(character); character = fgetc(file)) {
        value = value * 10 + (character - '0');
        if (value > 1000000)
            return -1;
    }
    return value;
}

static picture read_pgm(const char *path)
{
    picture image;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    if (fgetc(file) != 'P' || fgetc(file) != '5')
        fail(path, "is not a binary PGM file (P5)");
    image.width = header_number(file);
    image.height = header_number(file);
    if (header_number(file) != 255)
        fail(path, "does not have 8 bits a pixel");
    if (image.width < 2 * BORDER + 1 || image.height < 2 * BORDER + 1)
        fail(path, "is too small");
    if (image.width > LARGEST_SIDE || image.height > LARGEST_SIDE)
        fail(path, "is too large");
    size_t count = (size_t)image.width * (size_t)image.height;
    image.pixels = allocate(count, 1);
    if (fread(image.pixels, 1, count, file) != count)
        fail(path, "ends too early");
    fclose(file);
    return image;
}

/* Sobel gradients of every pixel that has eight neighbours, multiplied with each other. */
static void multiply_gradients(const picture *image, tensor *products)
{
    long w = image->width;
    for (long y = 1; y < image->height - 1; y++)
        for (long x = 1; x < w - 1; x++) {
            const uint8_t *p = image->pixels + y * w + x;
            int32_t gx = p[1 - w] - p[-1 - w] + 2 * (p[1] - p[-1]) + p[1 + w] - p[-1 + w];
            int32_t gy = p[w - 1] - p[-w - 1] + 2 * (p[w] - p[-w]) + p[w + 1] - p[-w + 1];
            products[y * w + x] = (tensor){gx * gx, gy * gy, gx * gy};
        }
}

static tensor sum_line(const tensor *centre, long step)
{
    tensor sum = {0, 0, 0};
    for (long offset = -WINDOW; offset <= WINDOW; offset++) {
        const tensor *one = centre + offset * step;
        sum.xx += one->xx;
        sum.yy += one->yy;
        sum.xy += one->xy;
    }
    return sum;
}

/* SENSITIVITY times the response of Harris and Stephens. It fits: a Sobel gradient is below 2^10, a sum over 25
   products below 2^25, a determinant below 2^50, and 20 times that below 2^55. */
static int64_t harris(tensor t)
{
    int64_t determinant = (int64_t)t.xx * t.yy - (int64_t)t.xy * t.xy;
    int64_t trace = (int64_t)t.xx + t.yy;
    return SENSITIVITY * determinant - trace * trace;
}

/* Fills work->response and returns the strongest one. */
static int64_t respond(const picture *image, workspace *work)
{
    long w = image->width, h = image->height;
    int64_t strongest = 0;
    multiply_gradients(image, work->products);
    for (long y = 1; y < h - 1; y++)
        for (long x = BORDER; x < w - BORDER; x++)
            work->row_sums[y * w + x] = sum_line(work->products + y * w + x, 1);
    for (long y = BORDER; y < h - BORDER; y++)
        for (long x = BORDER; x < w - BORDER; x++) {
            int64_t response = harris(sum_line(work->row_sums + y * w + x, w));
            work->response[y * w + x] = response;
            if (response > strongest)
                strongest = response;
        }
    return strongest;
}

/* Of equal neighbours the first one wins, so that a plateau gives one corner. */
static int is_peak(const int64_t *centre, long width)
{
    for (long dy = -1; dy <= 1; dy++)
        for (long dx = -1; dx <= 1; dx++) {
            int64_t other = centre[dy * width + dx];
            int earlier = dy < 0 || (dy == 0 && dx < 0);
            if (other > *centre || (earlier && other == *centre))
                return 0;
        }
    return 1;
}

static long write_corners(const picture *image, const workspace *work, int64_t strongest, const char *path)
{
    long corners = 0;
    int64_t threshold = strongest / THRESHOLD_SHARE;
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    for (long y = BORDER; y < image->height - BORDER; y++)
        for (long x = BORDER; x < image->width - BORDER; x++) {
            const int64_t *response = work->response + y * image->width + x;
            if (*response > threshold && is_peak(response, image->width)) {
                fprintf(file, "%ld %ld %" PRId64 "\n", x, y, *response);
                corners++;
            }
        }
    fclose(file);
    return corners;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static long repeat_from_environment(void)
{
    const char *text = getenv("CT_REPEAT_MAIN");
    char *end;
    long value;
    if (text == NULL || *text == '\0')
        return 1;
    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < 1)
        fail("CT_REPEAT_MAIN", "must be a whole number from 1 on");
    return value;
}

static void write_timer(const picture *image, long repeat, double seconds, long corners)
{
    FILE *timer = fopen("tmp-ck-timer.json", "w");
    if (timer == NULL) {
        perror("tmp-ck-timer.json");
        exit(1);
    }
    fprintf(timer, "{\"execution_time\": %.9f, \"execution_time_kernel_0\": %.9f, \"repeat\": %ld,\n", seconds, seconds,
            repeat);
    fprintf(timer,
            " \"run_time_state\": {\"width\": %ld, \"height\": %ld, \"corners\": %ld, \"megapixels_per_s\": %.6f}}\n",
            image->width, image->height, corners,
            1e-6 * (double)image->width * (double)image->height * (double)repeat / seconds);
    fclose(timer);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: %s input.pgm output.txt\n", arguments[0]);
        return 2;
    }
    long repeat = repeat_from_environment();
    picture image = read_pgm(arguments[1]);
    size_t pixels = (size_t)image.width * (size_t)image.height;
    workspace work = {allocate(pixels, sizeof(tensor)), allocate(pixels, sizeof(tensor)),
                      allocate(pixels, sizeof(int64_t))};

    int64_t strongest = 0;
    double started = seconds_now();
    for (long turn = 0; turn < repeat; turn++)
        strongest = respond(&image, &work);
    double seconds = seconds_now() - started;

    long corners = write_corners(&image, &work, strongest, arguments[2]);
    write_timer(&image, repeat, seconds, corners);
    printf("%ld x %ld pixels, %ld corners, %ld times, %.6f s each\n", image.width, image.height, corners, repeat,
           seconds / (double)repeat);
    free(image.pixels);
    free(work.products);
    free(work.row_sums);
    free(work.response);
    return 0;
}
