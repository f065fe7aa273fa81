namespace Slerp.Engine.Backends;

/// <summary>Where arithmetic happens: the whole seam between models and devices.</summary>
/// <remarks>
/// <para>Every verb writes a destination the caller gives; nothing is returned from the device except by <see cref="Download"/>,
/// <see cref="ArgMax(Tensor, Span{int})"/>, <see cref="TopK(Tensor, int, Span{int}, Span{float})"/> and <see cref="RowCosines"/>, which wait for it. Calls come from one engine thread.</para>
/// <para>Law: each verb equals the Reference kernels within the tolerance BackendConformance states. The Cpu backend is also row-invariant:
/// a row's result does not depend on the other rows of the call, on slots, or on the number of threads.</para>
/// <para>A shape that does not fit throws <see cref="ArgumentException"/> before anything is written.
/// A device that fails throws <see cref="DeviceException"/>.</para>
/// </remarks>
internal interface IComputeBackend : IDisposable
{
    /// <summary>Columns that <see cref="Score"/> looks at together.</summary>
    const int ScoreBlock = 64;

    /// <summary>The name as configuration spells it, for example "cpu".</summary>
    string Name { get; }

    /// <summary>The level of hardware support in use, for people: "AVX-512", "scalar", a card's name.</summary>
    string Description { get; }

    /// <summary>All that speed depends on beside the model: the processor or card, the level and threads in use. What was measured on one serves its equals.</summary>
    string Identity => Description;

    /// <summary>Memory figures, read anew at each call.</summary>
    DeviceMemory Memory { get; }

    /// <summary>The format in which a matrix is kept that is stored in <paramref name="stored"/> and asked for in <paramref name="asked"/>: what it takes is known before it is loaded.</summary>
    WeightFormat KeptFormat(WeightFormat asked, WeightDType stored);

    /// <summary>Bytes a weight takes that is kept in a format <see cref="KeptFormat"/> gave, its share of scales included, in rows of some hundred weights and more; what fills up a matrix is left out.</summary>
    double BytesPerWeight(WeightFormat kept);

    /// <summary>Packs matrices [n_i, k] stacked by rows into one [Σ n_i, k].</summary>
    /// <param name="parts">The matrices, all of one width k.</param>
    /// <param name="format">The format; <see cref="WeightFormat.AsStored"/> follows the first part.</param>
    Matrix LoadMatrix(IReadOnlyList<WeightTensor> parts, WeightFormat format);

    /// <summary>Packs the matrix [vocabulary, width] that <see cref="Score"/> is asked for, and whatever finds its largest logits sooner.</summary>
    Matrix LoadHead(WeightTensor weight, WeightFormat format) => LoadMatrix([weight], format);

    /// <summary>Bytes that <see cref="LoadHead"/> takes beside the weights themselves, of a head in a format <see cref="KeptFormat"/> gave.</summary>
    long HeadBytes(WeightFormat kept, int outputs, int inputs) => 0;

    /// <summary>Packs the two matrices of a gated MLP for <see cref="GatedLinear"/>; the result's Outputs is the width of the gated product.</summary>
    Matrix LoadGatedMatrix(WeightTensor gate, WeightTensor up, WeightFormat format);

    /// <summary>Loads vectors, concatenated, as one row of 32-bit floats. Lives until the backend is disposed.</summary>
    Tensor LoadVector(IReadOnlyList<WeightTensor> parts);

    /// <summary>Allocates the pages of a KV cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is <see cref="KvFormat.AsWeights"/>, or a number is below 1.</exception>
    KvStore CreateKvStore(int pages, int kvHeads, int headSize, KvFormat format);

    /// <summary>Creates an empty workspace that grows to what its steps rent.</summary>
    Workspace CreateWorkspace();

    /// <summary>Copies host rows to a tensor of the same number of values.</summary>
    void Upload(ReadOnlySpan<float> source, Tensor destination);

    /// <summary>Copies row <paramref name="row"/> to the host.</summary>
    void Download(Tensor source, int row, Span<float> destination);

    /// <summary>destination[i] = row tokens[i] of <paramref name="table"/>, widened; the table is [vocabulary, width].</summary>
    void Embed(Matrix table, ReadOnlySpan<int> tokens, Tensor destination);

    /// <summary>y = W x + b for each row of x [rows, inputs]; y [rows, outputs]; b [1, outputs] or null.</summary>
    void Linear(Matrix weight, Tensor x, Tensor? bias, Tensor destination);

    /// <summary>y = W x for rows that tokens are chosen from, and the largest value of each <see cref="ScoreBlock"/> columns of y, found while they are at hand.</summary>
    /// <param name="weight">W [outputs, inputs].</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="destination">y [rows, outputs], to the bit what <see cref="Linear"/> gives. A backend may wait with it until somebody reads, and compute what is read:
    /// so x, y and the maxima stay as they are until then.</param>
    /// <param name="maxima">[rows, ⌈outputs / <see cref="ScoreBlock"/>⌉], NaN for columns with a NaN. A backend that finds choosing cheap leaves it unspecified:
    /// only its own <see cref="ArgMax(Tensor, Tensor, Span{int})"/> and <see cref="TopK(Tensor, Tensor, int, Span{int}, Span{float})"/> read it.</param>
    void Score(Matrix weight, Tensor x, Tensor destination, Tensor maxima) => Linear(weight, x, bias: null, destination);

    /// <summary>y += W x + b: the residual form of <see cref="Linear"/>. The product is formed first, then added once.</summary>
    void LinearAdd(Matrix weight, Tensor x, Tensor? bias, Tensor destination);

    /// <summary>y = silu(W_gate x) ⊙ (W_up x), silu(z) = z / (1 + e^-z).</summary>
    void GatedLinear(Matrix gateUp, Tensor x, Tensor destination);

    /// <summary>y = x / √(mean(x²) + eps) ⊙ w, per row; w [1, columns].</summary>
    void RmsNorm(Tensor x, Tensor weight, float eps, Tensor destination);

    /// <summary>RMS-normalises heads [firstHead, firstHead + count) of each row in place; w [1, headSize]. For q/k norms.</summary>
    void NormHeads(Tensor qkv, int firstHead, int count, int headSize, Tensor weight, float eps);

    /// <summary>Rotates query and key heads of [q | k | v] in place (half-split pairs i, i + dh/2).</summary>
    /// <param name="qkv">[rows, shape.Columns].</param>
    /// <param name="heads">Division into heads.</param>
    /// <param name="cosSin">[rows, dh]: dh/2 cosines, then dh/2 sines, of each row's position.</param>
    void Rotate(Tensor qkv, HeadShape heads, Tensor cosSin);

    /// <summary>Writes the key and value parts of each row to its slot.</summary>
    void StoreKv(Tensor qkv, HeadShape heads, KvStore store, ReadOnlySpan<int> slots);

    /// <summary>Copies rows between slots, in order; source and destination lists have equal length. Rows may belong to one page.</summary>
    void CopyKv(KvStore store, ReadOnlySpan<int> sourceSlots, ReadOnlySpan<int> destinationSlots);

    /// <summary>softmax(q·k / √dh) v over what <paramref name="plan"/> lets each row see; destination [rows, heads × dh].</summary>
    /// <remarks>Reduced over blocks of <see cref="KvStore.PageRows"/> logical indices aligned at 0, combined in order: see docs/architecture.md.</remarks>
    void Attend(Tensor qkv, HeadShape heads, KvStore store, AttentionPlan plan, Tensor destination);

    /// <summary>destination[i] = source[rows[i]].</summary>
    void Gather(Tensor source, ReadOnlySpan<int> rows, Tensor destination);

    /// <summary>destination[i] = the half-way spherical interpolation of the pair's rows, or a copy. Equal or opposite directions are guarded: never NaN.</summary>
    /// <remarks>With <see cref="Interpolation.WholeTensor"/> the pairs must be exactly the slots of the published reference's merge: copies before the first pair are
    /// the second of their slot there, copies after it the first (their partner is a zero row).</remarks>
    void Slerp(Tensor source, ReadOnlySpan<MergePair> pairs, Interpolation interpolation, Tensor destination);

    /// <summary>destination[i] = cosine between the rows of pair i, in [-1, 1]; 0 where a row is zero.</summary>
    void RowCosines(Tensor source, ReadOnlySpan<MergePair> pairs, Span<float> destination);

    /// <summary>destination[i] = index of the largest value of row i, the lowest on ties; -1 where the row holds a NaN or is not finite at its maximum.</summary>
    void ArgMax(Tensor x, Span<int> destination);

    /// <summary>As <see cref="ArgMax(Tensor, Span{int})"/>, of what <see cref="Score"/> wrote.</summary>
    void ArgMax(Tensor x, Tensor maxima, Span<int> destination) => ArgMax(x, destination);

    /// <summary>The k largest of each row, descending, lowest index first on ties; destinations [rows × k]. A NaN is never chosen: places left over hold -1 and -∞.</summary>
    void TopK(Tensor x, int k, Span<int> indices, Span<float> values);

    /// <summary>As <see cref="TopK(Tensor, int, Span{int}, Span{float})"/>, of what <see cref="Score"/> wrote.</summary>
    void TopK(Tensor x, Tensor maxima, int k, Span<int> indices, Span<float> values) => TopK(x, k, indices, values);

    /// <summary>Waits until the device has done all it was asked.</summary>
    void Synchronize();
}
