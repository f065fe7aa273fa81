using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine;

/// <summary>What weights will take once a backend keeps them, known from the headers alone.</summary>
internal static class WeightMemory
{
    /// <summary>Bytes of a checkpoint's weights in the format the backend keeps them in, which need not be the one they are stored in.</summary>
    /// <param name="asked">The format asked for.</param>
    /// <param name="stored">What the checkpoint stores.</param>
    /// <param name="backend">Who keeps them.</param>
    public static long Bytes(WeightFormat asked, StoredWeights stored, IComputeBackend backend) =>
        Bytes(stored.Float32, backend.KeptFormat(asked, WeightDType.F32))
        + Bytes(stored.BFloat16, backend.KeptFormat(asked, WeightDType.BF16))
        + Bytes(stored.Float16, backend.KeptFormat(asked, WeightDType.F16));

    /// <summary>What to say where half precision takes twice its size; empty where it does not.</summary>
    public static string NoteOn(WeightFormat asked, StoredWeights stored, IComputeBackend backend) =>
        asked is WeightFormat.AsStored or WeightFormat.Float16
        && stored.Float16 > stored.Elements / 2
        && backend.KeptFormat(asked, WeightDType.F16) == WeightFormat.Float32
            ? $" The checkpoint stores F16, which the backend '{backend.Name}' keeps in 32 bits: WeightFormat BFloat16 takes half of that, Int8Block32 a little over a quarter."
            : "";

    private static long Bytes(long elements, WeightFormat kept) => kept switch
    {
        WeightFormat.BFloat16 or WeightFormat.Float16 => elements * 2,
        // One or a half byte a weight, one for each 32 weights' scale, and the row's base.
        WeightFormat.Int8Block32 => elements * 67 / 64,
        WeightFormat.Int8Channel => elements,
        WeightFormat.Int4Block32 => elements * 35 / 64,
        _ => elements * 4,
    };
}
