/* Multiplies two square matrices, naively or in blocks, and proves that the product is right.

   Usage: matmul naive|blocked

   CT_MATRIX_DIMENSION (default 256) is the number of rows and columns, CT_REPEAT_MAIN (default 1) how often the
   product is computed. BLOCK_SIZE is set when the program is compiled. Writes tmp-ck-timer.json (seconds) and
   tmp-output.txt (the checksum). */

#define _POSIX_C_SOURCE 199309L

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef BLOCK_SIZE
#define BLOCK_SIZE 32
#endif

#define LARGEST_DIMENSION 8192

typedef void (*multiply_function)(long n, const double *a, const double *b, double *c);

static void multiply_naive(long n, const double *a, const double *b, double *c)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double sum = 0.0;
            for (long k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}

static long smaller(long x, long y)
{
    return x < y ? x : y;
}

/* Works on tiles that stay in the cache; inside a tile both b and c are read along their rows. */
static void multiply_blocked(long n, const double *a, const double *b, double *c)
{
    memset(c, 0, (size_t)(n * n) * sizeof *c);
    for (long ii = 0; ii < n; ii += BLOCK_SIZE)
        for (long kk = 0; kk < n; kk += BLOCK_SIZE)
            for (long jj = 0; jj < n; jj += BLOCK_SIZE)
                for (long i = ii; i < smaller(ii + BLOCK_SIZE, n); i++)
                    for (long k = kk; k < smaller(kk + BLOCK_SIZE, n); k++) {
                        double factor = a[i * n + k];
                        for (long j = jj; j < smaller(jj + BLOCK_SIZE, n); j++)
                            c[i * n + j] += factor * b[k * n + j];
                    }
}

/* Small whole numbers: every sum of products is a whole number below 2^53, so any order of adding is exact. */
static void fill(long n, double *a, double *b)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            a[i * n + j] = (double)((i * 7 + j * 13) % 17);
            b[i * n + j] = (double)((i * 5 + j * 11) % 19);
        }
}

static int64_t row_weight(long i)
{
    return i % 5 + 1;
}

static int64_t column_weight(long j)
{
    return j % 7 + 1;
}

/* The sum of all elements of c, each times its row's and its column's weight, so that swapped elements show. */
static int64_t checksum(long n, const double *c)
{
    int64_t sum = 0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++)
            sum += row_weight(i) * column_weight(j) * (int64_t)c[i * n + j];
    return sum;
}

/* The checksum that the product must have, from a and b alone: (weights of rows * a) * (b * weights of columns). */
static int64_t expected_checksum(long n, const double *a, const double *b)
{
    int64_t sum = 0;
    for (long k = 0; k < n; k++) {
        int64_t left = 0, right = 0;
        for (long i = 0; i < n; i++)
            left += row_weight(i) * (int64_t)a[i * n + k];
        for (long j = 0; j < n; j++)
            right += column_weight(j) * (int64_t)b[k * n + j];
        sum += left * right;
    }
    return sum;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static long number_from_environment(const char *name, long otherwise, long largest)
{
    const char *text = getenv(name);
    char *end;
    long value;
    if (text == NULL || *text == '\0')
        return otherwise;
    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < 1 || value > largest) {
        fprintf(stderr, "%s is '%s', but it must be a whole number from 1 to %ld\n", name, text, largest);
        exit(1);
    }
    return value;
}

static double *new_matrix(long n)
{
    double *matrix = malloc((size_t)(n * n) * sizeof *matrix);
    if (matrix == NULL) {
        fprintf(stderr, "not enough memory for a matrix of %ld x %ld\n", n, n);
        exit(1);
    }
    return matrix;
}

static FILE *open_to_write(const char *name)
{
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        perror(name);
        exit(1);
    }
    return file;
}

static void write_results(const char *variant, long n, long repeat, double seconds, int64_t sum)
{
    double gflops = 2.0 * (double)n * (double)n * (double)n * (double)repeat / seconds / 1e9;
    FILE *output = open_to_write("tmp-output.txt");
    FILE *timer = open_to_write("tmp-ck-timer.json");

    printf("%s: dimension %ld, %ld times, %.6f s each, %.3f GFLOP/s, checksum %" PRId64 "\n", variant, n, repeat,
           seconds / (double)repeat, gflops, sum);
    fprintf(output, "%" PRId64 "\n", sum);
    fclose(output);
    fprintf(timer, "{\"execution_time\": %.9f, \"execution_time_kernel_0\": %.9f, \"repeat\": %ld,\n", seconds, seconds,
            repeat);
    fprintf(timer,
            " \"run_time_state\": {\"variant\": \"%s\", \"dimension\": %ld, \"block_size\": %d,"
            " \"checksum\": %" PRId64 ", \"gflops\": %.6f}}\n",
            variant, n, BLOCK_SIZE, sum, gflops);
    fclose(timer);
}

static multiply_function choose(const char *variant)
{
    if (strcmp(variant, "naive") == 0)
        return multiply_naive;
    if (strcmp(variant, "blocked") == 0)
        return multiply_blocked;
    return NULL;
}

int main(int count, char **arguments)
{
    multiply_function multiply = count == 2 ? choose(arguments[1]) : NULL;
    if (multiply == NULL) {
        fprintf(stderr, "usage: %s naive|blocked\n", arguments[0]);
        return 2;
    }
    long n = number_from_environment("CT_MATRIX_DIMENSION", 256, LARGEST_DIMENSION);
    long repeat = number_from_environment("CT_REPEAT_MAIN", 1, 1000000000);
    double *a = new_matrix(n), *b = new_matrix(n), *c = new_matrix(n);
    fill(n, a, b);

    double started = seconds_now();
    for (long turn = 0; turn < repeat; turn++)
        multiply(n, a, b, c);
    double seconds = seconds_now() - started;

    int64_t sum = checksum(n, c);
    int64_t expected = expected_checksum(n, a, b);
    write_results(arguments[1], n, repeat, seconds, sum);
    free(a);
    free(b);
    free(c);
    if (sum != expected) {
        fprintf(stderr, "wrong product: checksum %" PRId64 ", expected %" PRId64 "\n", sum, expected);
        return 1;
    }
    return 0;
}
