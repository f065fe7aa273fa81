// The training step of model.py for CPUs with AMX: forward, cross-entropy and backward of packed documents.
//
// Documents are independent, so every thread takes whole micro-batches of rows through all layers; only the
// weight gradients are summed at the end. Matrices are bfloat16 products with float sums (AMX tiles); the
// residual stream, norms, softmax and gradients of weights stay in float. `check_kernels.py` compares every
// gradient with PyTorch's.
//
//   g++ -O3 -march=sapphirerapids -fno-math-errno -shared -fPIC -pthread kernels.cpp -o libkernels.so

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

using Half = uint16_t;  // bfloat16 bits
constexpr int Block = 128;   // rows of activations handled at once
constexpr int Deep = 512;    // tokens summed at once into weight gradients
constexpr int Head = 64;     // head size

template <class T>
struct Buffer {
    T* data = nullptr;
    size_t size = 0;
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { free(data); }
    T* need(size_t count) {
        if (count > size) {
            free(data);
            data = static_cast<T*>(aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64));
            memset(data, 0, count * sizeof(T));
            size = count;
        }
        return data;
    }
    operator T*() const { return data; }
};

inline __m512 widen(const Half* from) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)from)), 16));
}
inline void narrow(Half* to, __m512 value) { _mm256_storeu_si256((__m256i*)to, (__m256i)_mm512_cvtneps_pbh(value)); }

inline __m512 exponential(__m512 x) {
    x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.f)), _mm512_set1_ps(88.f));
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), 0);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
    __m512 p = _mm512_set1_ps(1.f / 120);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f / 24));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f / 6));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(.5f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.f));
    return _mm512_scalef_ps(p, n);
}

struct alignas(64) TileSetup {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t columns[16] = {};
    uint8_t rows[16] = {};
    TileSetup() {
        for (int i = 0; i < 8; i++) {
            columns[i] = 64;
            rows[i] = 16;
        }
    }
};

// The left operand: tiles of 16 rows by 32 terms, either in a row-major matrix or tile by tile.
struct Left {
    const Half* data;
    size_t rowStep, termStep, stride;  // bytes from one tile to the next by row and by term; bytes between rows of a tile
};
inline Left rows(const Half* data, size_t width) { return {data, 16 * width * 2, 64, width * 2}; }
inline Left tiled(const Half* data, size_t terms) { return {data, terms / 32 * 1024, 1024, 64}; }

// c[m, n] (+)= sum over terms of a[m, k] b[k, n]; b in tiles [n / 16][strip], all sizes multiples of 32.
void multiply(Left a, const Half* b, size_t strip, float* c, size_t width, int m, int n, int k, bool add) {
    for (int j = 0; j < n; j += 32) {
        const char* b0 = (const char*)b + (j / 16) * strip * 1024;
        const char* b1 = b0 + strip * 1024;
        for (int i = 0; i < m; i += 32) {
            const char* a0 = (const char*)a.data + (i / 16) * a.rowStep;
            const char* a1 = a0 + a.rowStep;
            float* c0 = c + i * width + j;
            float* c1 = c0 + 16 * width;
            if (add) {
                _tile_loadd(0, c0, width * 4);
                _tile_loadd(1, c0 + 16, width * 4);
                _tile_loadd(2, c1, width * 4);
                _tile_loadd(3, c1 + 16, width * 4);
            } else {
                _tile_zero(0);
                _tile_zero(1);
                _tile_zero(2);
                _tile_zero(3);
            }
            for (int t = 0; t < k / 32; t++) {
                _tile_loadd(4, a0 + t * a.termStep, a.stride);
                _tile_loadd(6, b0 + t * 1024, 64);
                _tile_loadd(7, b1 + t * 1024, 64);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_loadd(5, a1 + t * a.termStep, a.stride);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
            _tile_stored(0, c0, width * 4);
            _tile_stored(1, c0 + 16, width * 4);
            _tile_stored(2, c1, width * 4);
            _tile_stored(3, c1 + 16, width * 4);
        }
    }
}

// Two rows of 16 as pairs, the layout the right operand wants.
inline __m512i pairs(const Half* first, const Half* second) {
    return _mm512_or_si512(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)first)),
                           _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)second)), 16));
}

// Right operand of source[k, n].
void packRows(const Half* source, size_t width, int k, int n, Half* out) {
    for (int j = 0; j < n; j += 16)
        for (int t = 0; t < k; t += 32)
            for (int p = 0; p < 16; p++, out += 32) {
                const Half* row = source + (t + 2 * p) * width + j;
                _mm512_store_si512(out, pairs(row, row + width));
            }
}

inline __m512i ramp(int step) {
    return _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm512_set1_epi32(step));
}

// Right operand of the transpose of source[n, k].
void packColumns(const Half* source, size_t width, int n, int k, Half* out) {
    const __m512i index = ramp((int)width * 2);
    for (int j = 0; j < n; j += 16)
        for (int t = 0; t < k; t += 32)
            for (int p = 0; p < 16; p++, out += 32)
                _mm512_store_si512(out, _mm512_i32gather_epi32(index, source + j * width + t + 2 * p, 1));
}

// Left operand, in tiles, of the transpose of source[k, m].
void tileColumns(const Half* source, size_t width, int k, int m, Half* out) {
    alignas(64) Half block[512];
    const __m512i index = ramp(64);
    for (int i = 0; i < m; i += 16)
        for (int t = 0; t < k; t += 32) {
            for (int p = 0; p < 16; p++) {
                const Half* row = source + (t + 2 * p) * width + i;
                _mm512_store_si512(block + p * 32, pairs(row, row + width));
            }
            for (int r = 0; r < 16; r++, out += 32) _mm512_store_si512(out, _mm512_i32gather_epi32(index, block + r * 2, 1));
        }
}

// A weight [out, in] as both products need it.
struct Weight {
    int out, in;
    Buffer<Half> forward, backward;
    void pack(const Half* source, int outs, int ins) {
        out = outs;
        in = ins;
        packColumns(source, in, out, in, forward.need((size_t)out * in));
        packRows(source, in, out, in, backward.need((size_t)out * in));
    }
};

struct Layer {
    Weight qkv, o, gateUp, down;
    size_t norm1, atQkv, atO, norm2, atGateUp, atDown;  // places in the flat parameters
};

struct Saved {
    Buffer<float> x, middle, peak;
    Buffer<Half> qkv, mixed, gateUp;
};

// What one micro-batch keeps from forward to backward.
struct Trace {
    int tokens = 0;
    std::vector<Saved> layers;
    Buffer<float> last;
    Buffer<Half> hidden;
};

struct Document {
    int start, length;
};

struct Scratch {
    Buffer<float> c, flow, scores, other, extra, exact;
    Buffer<Half> norm, wide, narrowed, mixed, left, right, q, k, v, g, packs, probability, slope, logits, act;
    Buffer<float> gradient;
    Trace trace;
    double loss = 0, answer = 0;
};

struct Model {
    int vocabulary, width, count, heads, hidden, context;
    float epsilon;
    std::vector<Layer> layers;
    Weight embedding;
    size_t norm, parameters;
    const float* values = nullptr;
    Buffer<Half> half;
    std::vector<float> cosine, sine;
    std::vector<Scratch> scratch;
    std::vector<Trace> traces;
};

void normalise(const float* x, const float* weight, Half* out, int n, int d, float epsilon) {
    for (int i = 0; i < n; i++) {
        const float* row = x + (size_t)i * d;
        __m512 sum = _mm512_setzero_ps();
        for (int c = 0; c < d; c += 16) {
            __m512 v = _mm512_loadu_ps(row + c);
            sum = _mm512_fmadd_ps(v, v, sum);
        }
        __m512 r = _mm512_set1_ps(1 / std::sqrt(_mm512_reduce_add_ps(sum) / d + epsilon));
        for (int c = 0; c < d; c += 16)
            narrow(out + (size_t)i * d + c, _mm512_mul_ps(_mm512_mul_ps(_mm512_loadu_ps(row + c), r), _mm512_loadu_ps(weight + c)));
    }
}

// Adds the gradient through a norm to flow, and the weight's gradient to slope.
void normaliseBack(const float* dy, size_t dyWidth, const float* x, const float* weight, float* flow, bool add, float* slope, int n, int d, float epsilon) {
    for (int i = 0; i < n; i++) {
        const float* row = x + (size_t)i * d;
        const float* up = dy + i * dyWidth;
        __m512 sum = _mm512_setzero_ps(), dot = _mm512_setzero_ps();
        for (int c = 0; c < d; c += 16) {
            __m512 v = _mm512_loadu_ps(row + c);
            sum = _mm512_fmadd_ps(v, v, sum);
            dot = _mm512_fmadd_ps(_mm512_mul_ps(v, _mm512_loadu_ps(weight + c)), _mm512_loadu_ps(up + c), dot);
        }
        float r = 1 / std::sqrt(_mm512_reduce_add_ps(sum) / d + epsilon);
        __m512 scale = _mm512_set1_ps(r), back = _mm512_set1_ps(_mm512_reduce_add_ps(dot) * r * r * r / d);
        for (int c = 0; c < d; c += 16) {
            __m512 v = _mm512_loadu_ps(row + c), u = _mm512_loadu_ps(up + c);
            __m512 g = _mm512_fnmadd_ps(back, v, _mm512_mul_ps(scale, _mm512_mul_ps(u, _mm512_loadu_ps(weight + c))));
            if (add) g = _mm512_add_ps(g, _mm512_loadu_ps(flow + (size_t)i * d + c));
            _mm512_storeu_ps(flow + (size_t)i * d + c, g);
            _mm512_storeu_ps(slope + c, _mm512_fmadd_ps(_mm512_mul_ps(u, v), scale, _mm512_loadu_ps(slope + c)));
        }
    }
}

// Rotates one head in place; sign -1 undoes it.
void rotate(float* head, const float* cosine, const float* sine, float sign) {
    const __m512 s = _mm512_set1_ps(sign);
    for (int c = 0; c < Head / 2; c += 16) {
        __m512 a = _mm512_loadu_ps(head + c), b = _mm512_loadu_ps(head + Head / 2 + c);
        __m512 co = _mm512_loadu_ps(cosine + c), si = _mm512_mul_ps(_mm512_loadu_ps(sine + c), s);
        _mm512_storeu_ps(head + c, _mm512_fnmadd_ps(b, si, _mm512_mul_ps(a, co)));
        _mm512_storeu_ps(head + Head / 2 + c, _mm512_fmadd_ps(a, si, _mm512_mul_ps(b, co)));
    }
}

inline int up32(int n) { return (n + 31) / 32 * 32; }

void take(const Half* source, size_t width, int n, Half* out) {
    for (int i = 0; i < n; i++) memcpy(out + i * Head, source + i * width, Head * 2);
    memset(out + n * Head, 0, (up32(n) - n) * Head * 2);
}

const float Scale = 1 / std::sqrt((float)Head);

void attend(const Model& m, Scratch& s, Saved& saved, const std::vector<Document>& documents) {
    const int inner = m.heads * Head;
    const size_t width = 3 * inner;
    for (const Document& d : documents)
        for (int h = 0; h < m.heads; h++) {
            const int n = d.length, full = up32(n);
            const Half* base = saved.qkv + d.start * width + h * Head;
            Half* q = s.q.need(full * Head);
            Half* k = s.k.need(full * Head);
            Half* v = s.v.need(full * Head);
            take(base, width, n, q);
            take(base + inner, width, n, k);
            take(base + 2 * inner, width, n, v);
            Half* keys = s.packs.need(6 * (size_t)full * Head);
            Half* values = keys + full * Head;
            packColumns(k, Head, full, Head, keys);
            packRows(v, Head, full, Head, values);
            float* scores = s.scores.need(32 * (size_t)full);
            Half* probability = s.probability.need(32 * (size_t)full);
            float out[32 * Head];
            for (int block = 0; block < full; block += 32) {
                const int end = block + 32;
                multiply(rows(q + block * Head, Head), keys, Head / 32, scores, end, 32, end, Head, false);
                const int limit = std::min(32, n - block);
                for (int i = 0; i < 32; i++) {
                    float* row = scores + i * end;
                    const int seen = block + i + 1;
                    __m512 top = _mm512_set1_ps(-1e30f);
                    for (int c = 0; c < end; c += 16) {
                        __mmask16 on = seen - c >= 16 ? 0xffff : seen > c ? (1 << (seen - c)) - 1 : 0;
                        __m512 x = _mm512_mask_mul_ps(_mm512_set1_ps(-1e30f), on, _mm512_loadu_ps(row + c), _mm512_set1_ps(Scale));
                        _mm512_storeu_ps(row + c, x);
                        top = _mm512_max_ps(top, x);
                    }
                    const float peak = _mm512_reduce_max_ps(top);
                    __m512 sum = _mm512_setzero_ps();
                    for (int c = 0; c < end; c += 16) {
                        __mmask16 on = seen - c >= 16 ? 0xffff : seen > c ? (1 << (seen - c)) - 1 : 0;
                        __m512 x = _mm512_maskz_mov_ps(on, exponential(_mm512_sub_ps(_mm512_loadu_ps(row + c), _mm512_set1_ps(peak))));
                        _mm512_storeu_ps(row + c, x);
                        sum = _mm512_add_ps(sum, x);
                    }
                    const float total = _mm512_reduce_add_ps(sum);
                    for (int c = 0; c < end; c += 16) narrow(probability + i * end + c, _mm512_mul_ps(_mm512_loadu_ps(row + c), _mm512_set1_ps(1 / total)));
                    if (i < limit) saved.peak[(d.start + block + i) * m.heads + h] = peak + std::log(total);
                }
                multiply(rows(probability, end), values, full / 32, out, Head, 32, Head, end, false);
                for (int i = 0; i < limit; i++)
                    for (int c = 0; c < Head; c += 16) narrow(saved.mixed + (size_t)(d.start + block + i) * inner + h * Head + c, _mm512_loadu_ps(out + i * Head + c));
            }
        }
}

// From the gradient of the mixed values (s.mixed) to that of q, k, v before rotation (s.wide).
void attendBack(const Model& m, Scratch& s, Saved& saved, const std::vector<Document>& documents, const int64_t* positions) {
    const int inner = m.heads * Head;
    const size_t width = 3 * inner;
    for (const Document& d : documents)
        for (int h = 0; h < m.heads; h++) {
            const int n = d.length, full = up32(n);
            const size_t size = (size_t)full * Head;
            const Half* base = saved.qkv + d.start * width + h * Head;
            Half* q = s.q.need(size);
            Half* k = s.k.need(size);
            Half* v = s.v.need(size);
            Half* g = s.g.need(size);
            take(base, width, n, q);
            take(base + inner, width, n, k);
            take(base + 2 * inner, width, n, v);
            take(s.mixed + (size_t)d.start * inner + h * Head, inner, n, g);
            Half* queryColumns = s.packs.need(6 * size);
            Half* gradientColumns = queryColumns + size;
            Half* gradientRows = gradientColumns + size;
            Half* queryRows = gradientRows + size;
            Half* keyRows = queryRows + size;
            packColumns(q, Head, full, Head, queryColumns);
            packColumns(g, Head, full, Head, gradientColumns);
            packRows(g, Head, full, Head, gradientRows);
            packRows(q, Head, full, Head, queryRows);
            packRows(k, Head, full, Head, keyRows);
            float* exact = s.exact.need(2 * (size_t)full + 32 * Head * 2);
            float* delta = exact + full;
            float* out = delta + full;
            float* outValue = out + 32 * Head;
            for (int i = 0; i < full; i++) {
                exact[i] = 1e30f;
                delta[i] = 0;
                if (i < n) {
                    exact[i] = saved.peak[(d.start + i) * m.heads + h];
                    __m512 dot = _mm512_setzero_ps();
                    const Half* mixed = saved.mixed + (size_t)(d.start + i) * inner + h * Head;
                    for (int c = 0; c < Head; c += 16) dot = _mm512_fmadd_ps(widen(mixed + c), widen(g + i * Head + c), dot);
                    delta[i] = _mm512_reduce_add_ps(dot);
                }
            }
            float* scores = s.scores.need(32 * (size_t)full);
            float* other = s.other.need(32 * (size_t)full);
            Half* probability = s.probability.need(32 * (size_t)full);
            Half* slope = s.slope.need((size_t)full * full);
            for (int block = 0; block < full; block += 32) {
                const int after = full - block;
                multiply(rows(k + block * Head, Head), queryColumns + block / 16 * (Head / 32) * 512, Head / 32, scores, after, 32, after, Head, false);
                multiply(rows(v + block * Head, Head), gradientColumns + block / 16 * (Head / 32) * 512, Head / 32, other, after, 32, after, Head, false);
                for (int i = 0; i < 32; i++)
                    for (int c = 0; c < after; c += 16) {
                        __mmask16 on = c >= 32 ? 0xffff : (__mmask16)(i - c <= 0 ? 0xffff : i - c >= 16 ? 0 : 0xffff << (i - c));
                        __m512 x = _mm512_fmsub_ps(_mm512_loadu_ps(scores + i * after + c), _mm512_set1_ps(Scale), _mm512_loadu_ps(exact + block + c));
                        __m512 p = _mm512_maskz_mov_ps(on, exponential(x));
                        narrow(probability + i * after + c, p);
                        __m512 t = _mm512_sub_ps(_mm512_loadu_ps(other + i * after + c), _mm512_loadu_ps(delta + block + c));
                        narrow(slope + (size_t)(block + i) * full + block + c, _mm512_mul_ps(_mm512_mul_ps(p, t), _mm512_set1_ps(Scale)));
                    }
                multiply(rows(probability, after), gradientRows + block / 32 * 512, full / 32, outValue, Head, 32, Head, after, false);
                multiply(rows(slope + (size_t)block * full + block, full), queryRows + block / 32 * 512, full / 32, out, Head, 32, Head, after, false);
                for (int i = 0; i < std::min(32, n - block); i++) {
                    const size_t at = d.start + block + i;
                    rotate(out + i * Head, &m.cosine[positions[at] * (Head / 2)], &m.sine[positions[at] * (Head / 2)], -1);
                    Half* to = s.wide + at * width + h * Head;
                    for (int c = 0; c < Head; c += 16) {
                        narrow(to + inner + c, _mm512_loadu_ps(out + i * Head + c));
                        narrow(to + 2 * inner + c, _mm512_loadu_ps(outValue + i * Head + c));
                    }
                }
            }
            Half* left = s.left.need(32 * (size_t)full);
            for (int block = 0; block < full; block += 32) {
                const int end = block + 32;
                tileColumns(slope + block, full, end, 32, left);
                multiply(tiled(left, end), keyRows, full / 32, out, Head, 32, Head, end, false);
                for (int i = 0; i < std::min(32, n - block); i++) {
                    const size_t at = d.start + block + i;
                    rotate(out + i * Head, &m.cosine[positions[at] * (Head / 2)], &m.sine[positions[at] * (Head / 2)], -1);
                    for (int c = 0; c < Head; c += 16) narrow(s.wide + at * width + h * Head + c, _mm512_loadu_ps(out + i * Head + c));
                }
            }
        }
}

// gradient[m, n] += transpose(dy[tokens, m]) x[tokens, n]
void weightGradient(Scratch& s, const Half* dy, const Half* x, int tokens, int m, int n, float* gradient) {
    Half* left = s.left.need((size_t)m * Deep);
    Half* right = s.right.need((size_t)n * Deep);
    for (int t = 0; t < tokens; t += Deep) {
        const int k = std::min(Deep, tokens - t);
        tileColumns(dy + (size_t)t * m, m, k, m, left);
        packRows(x + (size_t)t * n, n, k, n, right);
        multiply(tiled(left, k), right, k / 32, gradient, n, m, n, k, true);
    }
}

void narrowAll(const float* from, Half* to, size_t n) {
    for (size_t i = 0; i < n; i += 16) narrow(to + i, _mm512_loadu_ps(from + i));
}

void activate(const Half* gateUp, Half* out, int n, int f) {
    const __m512 one = _mm512_set1_ps(1);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < f; c += 16) {
            __m512 g = widen(gateUp + (size_t)i * 2 * f + c), u = widen(gateUp + (size_t)i * 2 * f + f + c);
            __m512 e = exponential(_mm512_sub_ps(_mm512_setzero_ps(), g));
            narrow(out + (size_t)i * f + c, _mm512_mul_ps(_mm512_div_ps(g, _mm512_add_ps(one, e)), u));
        }
}

std::vector<Document> split(const int64_t* positions, const int64_t* documents, int n) {
    std::vector<Document> found;
    for (int t = 0; t < n; t++) {
        if (documents[t] < 0) continue;
        if (positions[t] == 0 || found.empty()) found.push_back({t, 0});
        found.back().length = t - found.back().start + 1;
    }
    return found;
}

void forward(const Model& m, Scratch& s, Trace& trace, const int64_t* ids, const int64_t* positions, const int64_t* marks, int n) {
    const int d = m.width, f = m.hidden, inner = m.heads * Head;
    const auto documents = split(positions, marks, n);
    trace.tokens = n;
    trace.layers.size() || (trace.layers = std::vector<Saved>(m.count), true);
    float* x = trace.layers[0].x.need((size_t)n * d);
    for (int t = 0; t < n; t++) memcpy(x + (size_t)t * d, m.values + ids[t] * d, d * 4);
    Half* normed = s.norm.need((size_t)std::max(n, Block) * std::max(d, f));
    float* c = s.c.need((size_t)Block * std::max({3 * inner, 2 * f, d}));
    for (int l = 0; l < m.count; l++) {
        const Layer& layer = m.layers[l];
        Saved& saved = trace.layers[l];
        Half* qkv = saved.qkv.need((size_t)n * 3 * inner);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            normalise(x + (size_t)r * d, m.values + layer.norm1, normed, k, d, m.epsilon);
            multiply(rows(normed, d), layer.qkv.forward, d / 32, c, 3 * inner, k, 3 * inner, d, false);
            for (int i = 0; i < k; i++) {
                const size_t at = positions[r + i] * (Head / 2);
                for (int h = 0; h < 2 * m.heads; h++) rotate(c + (size_t)i * 3 * inner + h * Head, &m.cosine[at], &m.sine[at], 1);
            }
            narrowAll(c, qkv + (size_t)r * 3 * inner, (size_t)k * 3 * inner);
        }
        saved.peak.need((size_t)n * m.heads);
        memset(saved.mixed.need((size_t)n * inner), 0, (size_t)n * inner * 2);
        attend(m, s, saved, documents);
        float* middle = saved.middle.need((size_t)n * d);
        Half* gateUp = saved.gateUp.need((size_t)n * 2 * f);
        float* next = l + 1 < m.count ? trace.layers[l + 1].x.need((size_t)n * d) : trace.last.need((size_t)n * d);
        Half* act = s.act.need((size_t)Block * f);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            const size_t at = (size_t)r * d;
            multiply(rows(saved.mixed + (size_t)r * inner, inner), layer.o.forward, inner / 32, c, d, k, d, inner, false);
            for (int i = 0; i < k * d; i += 16) _mm512_storeu_ps(middle + at + i, _mm512_add_ps(_mm512_loadu_ps(x + at + i), _mm512_loadu_ps(c + i)));
            normalise(middle + at, m.values + layer.norm2, normed, k, d, m.epsilon);
            multiply(rows(normed, d), layer.gateUp.forward, d / 32, c, 2 * f, k, 2 * f, d, false);
            narrowAll(c, gateUp + (size_t)r * 2 * f, (size_t)k * 2 * f);
            activate(gateUp + (size_t)r * 2 * f, act, k, f);
            multiply(rows(act, f), layer.down.forward, f / 32, c, d, k, d, f, false);
            for (int i = 0; i < k * d; i += 16) _mm512_storeu_ps(next + at + i, _mm512_add_ps(_mm512_loadu_ps(middle + at + i), _mm512_loadu_ps(c + i)));
        }
        x = next;
    }
    normalise(x, m.values + m.norm, trace.hidden.need((size_t)n * d), n, d, m.epsilon);
}

// dHidden (n, width): gradient of the hidden states after the last norm.
void backward(const Model& m, Scratch& s, Trace& trace, const float* dHidden, const int64_t* ids, const int64_t* positions, const int64_t* marks) {
    const int n = trace.tokens, d = m.width, f = m.hidden, inner = m.heads * Head;
    const auto documents = split(positions, marks, n);
    float* gradient = s.gradient;
    float* flow = s.flow.need((size_t)n * d);
    normaliseBack(dHidden, d, trace.last, m.values + m.norm, flow, false, gradient + m.norm, n, d, m.epsilon);
    Half* normed = s.norm.need((size_t)std::max(n, Block) * std::max(d, f));
    Half* wide = s.wide.need((size_t)n * std::max(2 * f, 3 * inner));
    Half* narrowed = s.narrowed.need((size_t)n * d);
    Half* act = s.act.need((size_t)n * f);
    Half* mixed = s.mixed.need((size_t)n * inner);
    float* c = s.c.need((size_t)Block * std::max({3 * inner, 2 * f, d}));
    const __m512 one = _mm512_set1_ps(1);
    for (int l = m.count - 1; l >= 0; l--) {
        const Layer& layer = m.layers[l];
        Saved& saved = trace.layers[l];
        activate(saved.gateUp, act, n, f);
        narrowAll(flow, narrowed, (size_t)n * d);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            multiply(rows(narrowed + (size_t)r * d, d), layer.down.backward, d / 32, c, f, k, f, d, false);
            for (int i = 0; i < k; i++) {
                const Half* from = saved.gateUp + (size_t)(r + i) * 2 * f;
                Half* to = wide + (size_t)(r + i) * 2 * f;
                for (int j = 0; j < f; j += 16) {
                    __m512 g = widen(from + j), u = widen(from + f + j), up = _mm512_loadu_ps(c + (size_t)i * f + j);
                    __m512 sigmoid = _mm512_div_ps(one, _mm512_add_ps(one, exponential(_mm512_sub_ps(_mm512_setzero_ps(), g))));
                    __m512 silu = _mm512_mul_ps(g, sigmoid);
                    __m512 slope = _mm512_mul_ps(sigmoid, _mm512_add_ps(one, _mm512_sub_ps(g, silu)));
                    narrow(to + j, _mm512_mul_ps(_mm512_mul_ps(up, u), slope));
                    narrow(to + f + j, _mm512_mul_ps(up, silu));
                }
            }
        }
        weightGradient(s, narrowed, act, n, d, f, gradient + layer.atDown);
        normalise(saved.middle, m.values + layer.norm2, normed, n, d, m.epsilon);
        weightGradient(s, wide, normed, n, 2 * f, d, gradient + layer.atGateUp);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            multiply(rows(wide + (size_t)r * 2 * f, 2 * f), layer.gateUp.backward, 2 * f / 32, c, d, k, d, 2 * f, false);
            normaliseBack(c, d, saved.middle + (size_t)r * d, m.values + layer.norm2, flow + (size_t)r * d, true, gradient + layer.norm2, k, d, m.epsilon);
        }
        narrowAll(flow, narrowed, (size_t)n * d);
        weightGradient(s, narrowed, saved.mixed, n, d, inner, gradient + layer.atO);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            multiply(rows(narrowed + (size_t)r * d, d), layer.o.backward, d / 32, c, inner, k, inner, d, false);
            narrowAll(c, mixed + (size_t)r * inner, (size_t)k * inner);
        }
        memset(wide, 0, (size_t)n * 3 * inner * 2);
        attendBack(m, s, saved, documents, positions);
        normalise(saved.x, m.values + layer.norm1, normed, n, d, m.epsilon);
        weightGradient(s, wide, normed, n, 3 * inner, d, gradient + layer.atQkv);
        for (int r = 0; r < n; r += Block) {
            const int k = std::min(Block, n - r);
            multiply(rows(wide + (size_t)r * 3 * inner, 3 * inner), layer.qkv.backward, 3 * inner / 32, c, d, k, d, 3 * inner, false);
            normaliseBack(c, d, saved.x + (size_t)r * d, m.values + layer.norm1, flow + (size_t)r * d, true, gradient + layer.norm1, k, d, m.epsilon);
        }
    }
    for (int t = 0; t < n; t++) {
        float* to = gradient + ids[t] * d;
        for (int c16 = 0; c16 < d; c16 += 16) _mm512_storeu_ps(to + c16, _mm512_add_ps(_mm512_loadu_ps(to + c16), _mm512_loadu_ps(flow + (size_t)t * d + c16)));
    }
}

// Weighted cross-entropy over the tokens whose weight is not zero; writes the gradient of the hidden states to s.extra.
void head(const Model& m, Scratch& s, const Trace& trace, const int64_t* targets, const float* weights, float scale) {
    const int n = trace.tokens, d = m.width, v = m.vocabulary, rowsAtOnce = 32;
    std::vector<int> chosen;
    for (int t = 0; t < n; t++)
        if (weights[t] > 0) chosen.push_back(t);
    float* dHidden = s.extra.need((size_t)n * d);
    memset(dHidden, 0, (size_t)n * d * 4);
    if (chosen.empty()) return;
    const int count = up32(chosen.size());
    Half* picked = s.narrowed.need((size_t)std::max(n, count) * d);
    memset(picked, 0, (size_t)count * d * 2);
    for (size_t i = 0; i < chosen.size(); i++) memcpy(picked + i * d, trace.hidden + (size_t)chosen[i] * d, d * 2);
    float* scores = s.scores.need((size_t)rowsAtOnce * v);
    Half* logits = s.logits.need((size_t)count * v);
    float* out = s.other.need((size_t)rowsAtOnce * d);
    for (int r = 0; r < count; r += rowsAtOnce) {
        multiply(rows(picked + (size_t)r * d, d), m.embedding.forward, d / 32, scores, v, rowsAtOnce, v, d, false);
        for (int i = 0; i < rowsAtOnce; i++) {
            float* row = scores + (size_t)i * v;
            Half* to = logits + (size_t)(r + i) * v;
            if (r + i >= (int)chosen.size()) {
                memset(to, 0, v * 2);
                continue;
            }
            __m512 top = _mm512_set1_ps(-1e30f), sum = _mm512_setzero_ps();
            for (int c = 0; c < v; c += 16) top = _mm512_max_ps(top, _mm512_loadu_ps(row + c));
            const float peak = _mm512_reduce_max_ps(top);
            const int t = chosen[r + i];
            const float wanted = row[targets[t]] - peak;
            for (int c = 0; c < v; c += 16) {
                __m512 e = exponential(_mm512_sub_ps(_mm512_loadu_ps(row + c), _mm512_set1_ps(peak)));
                _mm512_storeu_ps(row + c, e);
                sum = _mm512_add_ps(sum, e);
            }
            const float total = _mm512_reduce_add_ps(sum), loss = std::log(total) - wanted, w = weights[t] * scale;
            s.loss += loss * w;
            if (weights[t] >= 1) s.answer += loss;
            const __m512 factor = _mm512_set1_ps(w / total);
            row[targets[t]] -= total;
            for (int c = 0; c < v; c += 16) narrow(to + c, _mm512_mul_ps(_mm512_loadu_ps(row + c), factor));
        }
        multiply(rows(logits + (size_t)r * v, v), m.embedding.backward, v / 32, out, d, rowsAtOnce, d, v, false);
        for (int i = 0; i < rowsAtOnce && r + i < (int)chosen.size(); i++) memcpy(dHidden + (size_t)chosen[r + i] * d, out + (size_t)i * d, d * 4);
    }
    weightGradient(s, logits, picked, count, v, d, s.gradient);
}

// Muon for one matrix: momentum, then the nearest semi-orthogonal matrix by five Newton-Schulz steps.
void muon(Scratch& s, float* value, const float* gradient, float* momentum, int outs, int ins, float keep, float rate, float decay) {
    const int n = outs * ins, small = std::min(outs, ins);
    Half* x = s.q.need(n);
    Half* left = s.left.need(n);
    Half* right = s.right.need(n);
    Half* gram = s.k.need((size_t)small * small);
    Half* packed = s.v.need((size_t)small * small);
    float* c = s.scores.need(n);
    float* square = s.other.need((size_t)small * small);
    float* fourth = s.exact.need((size_t)small * small);
    double sum = 0;
    for (int i = 0; i < n; i++) {
        momentum[i] += (1 - keep) * (gradient[i] - momentum[i]);
        c[i] = gradient[i] + keep * (momentum[i] - gradient[i]);
        sum += c[i] * c[i];
    }
    const __m512 unit = _mm512_set1_ps(1 / ((float)std::sqrt(sum) + 1e-7f));
    for (int i = 0; i < n; i += 16) narrow(x + i, _mm512_mul_ps(_mm512_loadu_ps(c + i), unit));
    for (int step = 0; step < 5; step++) {
        packRows(x, ins, outs, ins, right);
        if (outs > ins) {
            tileColumns(x, ins, outs, ins, left);
            multiply(tiled(left, outs), right, outs / 32, square, ins, ins, ins, outs, false);
        } else {
            packColumns(x, ins, outs, ins, left);
            multiply(rows(x, ins), left, ins / 32, square, outs, outs, outs, ins, false);
        }
        for (int i = 0; i < small * small; i += 16) narrow(gram + i, _mm512_loadu_ps(square + i));
        packRows(gram, small, small, small, packed);
        multiply(rows(gram, small), packed, small / 32, fourth, small, small, small, small, false);
        for (int i = 0; i < small * small; i += 16)
            narrow(gram + i, _mm512_fmadd_ps(_mm512_set1_ps(2.0315f), _mm512_loadu_ps(fourth + i), _mm512_mul_ps(_mm512_set1_ps(-4.775f), _mm512_loadu_ps(square + i))));
        if (outs > ins) {
            packRows(gram, small, small, small, packed);
            multiply(rows(x, ins), packed, small / 32, c, ins, outs, ins, ins, false);
        } else {
            multiply(rows(gram, small), right, outs / 32, c, ins, outs, ins, outs, false);
        }
        for (int i = 0; i < n; i += 16) narrow(x + i, _mm512_fmadd_ps(_mm512_set1_ps(3.4445f), widen(x + i), _mm512_loadu_ps(c + i)));
    }
    const __m512 change = _mm512_set1_ps(-rate * std::sqrt(std::max(1.f, (float)outs / ins))), hold = _mm512_set1_ps(1 - decay * rate);
    for (int i = 0; i < n; i += 16) _mm512_storeu_ps(value + i, _mm512_fmadd_ps(change, widen(x + i), _mm512_mul_ps(hold, _mm512_loadu_ps(value + i))));
}

void adam(float* value, const float* gradient, float* first, float* second, size_t n, int step, float rate) {
    const __m512 scale = _mm512_set1_ps(rate / (1 - std::pow(.9f, step))), size = _mm512_set1_ps(1 / (1 - std::pow(.98f, step)));
    for (size_t i = 0; i < n; i += 16) {
        __m512 g = _mm512_loadu_ps(gradient + i), a = _mm512_loadu_ps(first + i), b = _mm512_loadu_ps(second + i);
        a = _mm512_fmadd_ps(_mm512_set1_ps(.1f), _mm512_sub_ps(g, a), a);
        b = _mm512_fmadd_ps(_mm512_set1_ps(.02f), _mm512_fmsub_ps(g, g, b), b);
        _mm512_storeu_ps(first + i, a);
        _mm512_storeu_ps(second + i, b);
        __m512 root = _mm512_add_ps(_mm512_sqrt_ps(_mm512_mul_ps(b, size)), _mm512_set1_ps(1e-8f));
        _mm512_storeu_ps(value + i, _mm512_fnmadd_ps(scale, _mm512_div_ps(a, root), _mm512_loadu_ps(value + i)));
    }
}

template <class Work>
void share(Model& m, int parts, Work work) {
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    for (size_t i = 0; i < m.scratch.size(); i++)
        threads.emplace_back([&, i] {
            TileSetup setup;
            _tile_loadconfig(&setup);
            for (int part; (part = next++) < parts;) work(m.scratch[i], part);
            _tile_release();
        });
    for (auto& t : threads) t.join();
}

void clear(Model& m) {
    for (Scratch& s : m.scratch) {
        memset(s.gradient.need(m.parameters), 0, m.parameters * 4);
        s.loss = s.answer = 0;
    }
}

void collect(Model& m, float* gradient) {
    share(m, (int)m.scratch.size(), [&](Scratch&, int part) {
        const size_t each = (m.parameters / 16 / m.scratch.size() + 1) * 16, begin = part * each, end = std::min(m.parameters, begin + each);
        for (Scratch& s : m.scratch)
            for (size_t i = begin; i < end; i++) gradient[i] += s.gradient[i];
    });
}

}  // namespace

extern "C" {

void* create(int vocabulary, int width, int layers, int heads, int hidden, int context, float theta, float epsilon, int threads) {
    syscall(SYS_arch_prctl, 0x1023, 18);  // ask the kernel for the tile registers
    Model* m = new Model();
    m->vocabulary = vocabulary;
    m->width = width;
    m->count = layers;
    m->heads = heads;
    m->hidden = hidden;
    m->context = context;
    m->epsilon = epsilon;
    m->layers = std::vector<Layer>(layers);
    m->scratch = std::vector<Scratch>(threads);
    const size_t inner = heads * Head;
    size_t at = (size_t)vocabulary * width;
    for (Layer& l : m->layers) {
        l.norm1 = at;
        l.atQkv = l.norm1 + width;
        l.atO = l.atQkv + 3 * inner * width;
        l.norm2 = l.atO + inner * width;
        l.atGateUp = l.norm2 + width;
        l.atDown = l.atGateUp + (size_t)2 * hidden * width;
        at = l.atDown + (size_t)hidden * width;
    }
    m->norm = at;
    m->parameters = at + width;
    for (int p = 0; p < context; p++)
        for (int i = 0; i < Head / 2; i++) {
            const double angle = p * std::pow((double)theta, -(double)i / (Head / 2));
            m->cosine.push_back(std::cos(angle));
            m->sine.push_back(std::sin(angle));
        }
    return m;
}

void release(void* handle) { delete (Model*)handle; }

// Takes the flat parameters; they must stay in place until the next call.
void load(void* handle, const float* values) {
    Model& m = *(Model*)handle;
    m.values = values;
    Half* half = m.half.need(m.parameters + 16);
    const int inner = m.heads * Head;
    narrowAll(values, half, m.parameters);
    m.embedding.pack(half, m.vocabulary, m.width);
    share(m, m.count, [&](Scratch&, int l) {
        Layer& layer = m.layers[l];
        layer.qkv.pack(half + layer.atQkv, 3 * inner, m.width);
        layer.o.pack(half + layer.atO, m.width, inner);
        layer.gateUp.pack(half + layer.atGateUp, 2 * m.hidden, m.width);
        layer.down.pack(half + layer.atDown, m.width, m.hidden);
    });
}

// Adds the gradient of scale * sum(weight * loss) to `gradient`; result[0] is that sum, result[1] the sum of answer losses.
void language(void* handle, int tokens, int part, const int64_t* ids, const int64_t* positions, const int64_t* marks, const int64_t* targets,
              const float* weights, float scale, float* gradient, double* result) {
    Model& m = *(Model*)handle;
    clear(m);
    share(m, tokens / part, [&](Scratch& s, int i) {
        const size_t at = (size_t)i * part;
        forward(m, s, s.trace, ids + at, positions + at, marks + at, part);
        head(m, s, s.trace, targets + at, weights + at, scale);
        backward(m, s, s.trace, s.extra, ids + at, positions + at, marks + at);
    });
    collect(m, gradient);
    result[0] = result[1] = 0;
    for (Scratch& s : m.scratch) {
        result[0] += s.loss;
        result[1] += s.answer;
    }
}

// One step of Muon on the layer matrices and Adam on embeddings and norms; first and second are the states, laid out like the values.
void update(void* handle, float* values, const float* gradient, float* first, float* second, int step, float matrixRate, float plainRate, float keep, float decay) {
    Model& m = *(Model*)handle;
    const int inner = m.heads * Head, d = m.width, f = m.hidden, chunks = 8;
    share(m, m.count + chunks, [&](Scratch& s, int part) {
        if (part >= m.count) {
            const size_t size = (size_t)m.vocabulary * d / chunks, at = (part - m.count) * size;
            adam(values + at, gradient + at, first + at, second + at, size, step, plainRate);
            if (part == m.count) adam(values + m.norm, gradient + m.norm, first + m.norm, second + m.norm, d, step, plainRate);
            return;
        }
        const Layer& l = m.layers[part];
        for (size_t at : {l.norm1, l.norm2}) adam(values + at, gradient + at, first + at, second + at, d, step, plainRate);
        auto turn = [&](size_t at, int outs, int ins) { muon(s, values + at, gradient + at, first + at, outs, ins, keep, matrixRate, decay); };
        for (int i = 0; i < 3; i++) turn(l.atQkv + (size_t)i * inner * d, inner, d);
        turn(l.atO, d, inner);
        turn(l.atGateUp, f, d);
        turn(l.atGateUp + (size_t)f * d, f, d);
        turn(l.atDown, d, f);
    });
}

void hiddenForward(void* handle, int tokens, int part, const int64_t* ids, const int64_t* positions, const int64_t* marks, float* hidden) {
    Model& m = *(Model*)handle;
    if ((int)m.traces.size() < tokens / part) m.traces = std::vector<Trace>(tokens / part);
    share(m, tokens / part, [&](Scratch& s, int i) {
        const size_t at = (size_t)i * part;
        Trace& trace = m.traces[i];
        forward(m, s, trace, ids + at, positions + at, marks + at, part);
        for (size_t c = 0; c < (size_t)part * m.width; c += 16) _mm512_storeu_ps(hidden + at * m.width + c, widen(trace.hidden + c));
    });
}

void hiddenBackward(void* handle, int tokens, int part, const int64_t* ids, const int64_t* positions, const int64_t* marks, const float* dHidden, float* gradient) {
    Model& m = *(Model*)handle;
    clear(m);
    share(m, tokens / part, [&](Scratch& s, int i) {
        const size_t at = (size_t)i * part;
        backward(m, s, m.traces[i], dHidden + at * m.width, ids + at, positions + at, marks + at);
    });
    collect(m, gradient);
}
}
