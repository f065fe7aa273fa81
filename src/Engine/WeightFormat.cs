namespace Slerp.Engine;

/// <summary>How a backend keeps the weight matrices of a model. Activations are always 32-bit.</summary>
/// <remarks>Quantised formats are made at load from the checkpoint; what each costs in quality is in docs/performance.md.</remarks>
public enum WeightFormat
{
    /// <summary>As the checkpoint stores them, exactly: BF16 keeps 16 bits, F32 32, F16 as <see cref="Float16"/>.</summary>
    AsStored = 0,

    /// <summary>32-bit floats: four bytes a weight.</summary>
    Float32,

    /// <summary>bfloat16: two bytes a weight, widened to 32 bits in registers.</summary>
    BFloat16,

    /// <summary>8-bit integers with one scale per 32 inputs; activations are quantised to 8 bits in the same blocks.</summary>
    Int8Block32,

    /// <summary>8-bit integers with one scale per output row; activations are quantised to 8 bits per row.</summary>
    Int8Channel,

    /// <summary>4-bit integers with one scale per 32 inputs; activations are quantised to 8 bits in the same blocks.</summary>
    Int4Block32,

    /// <summary>IEEE half: two bytes a weight. The CPU backend, which has no fast exact way to widen it, holds 32 bits instead.</summary>
    Float16,
}
