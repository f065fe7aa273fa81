/* Decoding and prefill of llama.cpp through its C interface, as a program of its own: no wrapper's cost is counted against it.
   Parameter structures come filled from the library and are handed back as they are but for the context's length, their first field, so that nothing here depends on the rest of their layout. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { char bytes[512]; } parameters;  /* larger than any version's: the callee reads only its own part */
typedef struct { int32_t count; int32_t *tokens; void *rest[5]; } batch;
void ggml_backend_load_all_from_path(const char *);
void llama_log_set(void (*)(int, const char *, void *), void *);
void llama_backend_init(void);
parameters llama_model_default_params(void);
parameters llama_context_default_params(void);
void *llama_model_load_from_file(const char *, parameters);
void *llama_init_from_model(void *, parameters);
void llama_set_n_threads(void *, int32_t, int32_t);
const void *llama_model_get_vocab(const void *);
int32_t llama_vocab_n_tokens(const void *);
batch llama_batch_get_one(int32_t *, int32_t);
int32_t llama_decode(void *, batch);
float *llama_get_logits_ith(void *, int32_t);
void *llama_get_memory(const void *);
void llama_memory_clear(void *, _Bool);

static void quiet(int level, const char *text, void *state) { (void)level; (void)text; (void)state; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void step(void *context, int32_t *tokens, int count) {
  const int most = 2048;  /* what a context takes at once by default */
  for (int begin = 0; begin < count; begin += most) {
    if (llama_decode(context, llama_batch_get_one(tokens + begin, count - begin < most ? count - begin : most)) != 0) {
      fprintf(stderr, "error: llama_decode failed.\n");
      exit(1);
    }
  }
}

static int32_t best(const float *logits, int count) {
  /* The largest first, which the compiler does in vectors; then its place. */
  float largest = logits[0];
  for (int i = 1; i < count; i++) {
    largest = logits[i] > largest ? logits[i] : largest;
  }
  int32_t index = 0;
  while (index < count - 1 && logits[index] != largest) {
    index++;
  }
  return index;
}

int main(int count, char **args) {
  if (count != 8) {
    fprintf(stderr, "usage: llama LIBRARIES FILE THREADS decode|prefill CONTEXT TOKENS REPEATS\n");
    return 2;
  }
  int threads = atoi(args[3]), before = atoi(args[5]), tokens = atoi(args[6]), repeats = atoi(args[7]);
  if (threads < 1 || before < 1 || tokens < 2 || repeats < 1 || repeats > 63) {
    fprintf(stderr, "error: threads %d, context %d, tokens %d, repeats %d; expected at least 1, 1, 2, and 1 to 63.\n", threads, before, tokens, repeats);
    return 2;
  }
  int prefill = strcmp(args[4], "prefill") == 0;
  int given = prefill ? tokens : before;
  llama_log_set(quiet, NULL);
  ggml_backend_load_all_from_path(args[1]);
  llama_backend_init();
  void *model = llama_model_load_from_file(args[2], llama_model_default_params());
  if (!model) {
    fprintf(stderr, "error: %s could not be loaded.\n", args[2]);
    return 1;
  }
  parameters settings = llama_context_default_params();
  uint32_t length = before + tokens + 128;
  memcpy(settings.bytes, &length, sizeof length);
  void *context = llama_init_from_model(model, settings);
  if (!context) {
    fprintf(stderr, "error: no context of %u tokens could be made.\n", length);
    return 1;
  }
  llama_set_n_threads(context, threads, threads);
  int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  int32_t *prompt = malloc(sizeof *prompt * given);
  double rates[64];
  for (int round = 0; round <= repeats; round++) {  /* the first warms up */
    llama_memory_clear(llama_get_memory(context), 1);
    for (int i = 0; i < given; i++) {
      prompt[i] = 300 + (i * 7919 + round * 104729) % 3000;
    }
    double began = now();
    step(context, prompt, given);
    int32_t next = best(llama_get_logits_ith(context, -1), vocabulary);
    if (!prefill) {
      began = now();
      for (int i = 1; i < tokens; i++) {
        step(context, &next, 1);
        next = best(llama_get_logits_ith(context, -1), vocabulary);
      }
    }
    rates[round] = (prefill ? tokens : tokens - 1) / (now() - began);
  }
  double *from = rates + 1;
  for (int i = 1; i < repeats; i++) {
    for (int j = i; j > 0 && from[j] < from[j - 1]; j--) {
      double swap = from[j];
      from[j] = from[j - 1];
      from[j - 1] = swap;
    }
  }
  printf("%.2f\n", (from[(repeats - 1) / 2] + from[repeats / 2]) / 2);
  return 0;
}
