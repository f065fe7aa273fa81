using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;

namespace Slerp.Engine;

/// <summary>What weights will take once a backend keeps them, known from the headers alone.</summary>
internal static class WeightMemory
{
    /// <summary>Bytes of a checkpoint's weights in the format the backend keeps them in, which need not be the one they are stored in.</summary>
    /// <param name="asked">The format asked for.</param>
    /// <param name="stored">What the checkpoint stores.</param>
    /// <param name="backend">Who keeps them.</param>
    public static long Bytes(WeightFormat asked, StoredWeights stored, IComputeBackend backend)
    {
        return Bytes(stored.Float32, WeightDType.F32) + Bytes(stored.BFloat16, WeightDType.BF16) + Bytes(stored.Float16, WeightDType.F16);

        long Bytes(long elements, WeightDType dtype) => (long)(elements * backend.BytesPerWeight(backend.KeptFormat(asked, dtype)));
    }

    /// <summary>The same of a whole model, with what its head takes beside its weights.</summary>
    public static long Bytes(WeightFormat asked, StoredWeights stored, DecoderShape shape, IComputeBackend backend) =>
        Bytes(asked, stored, backend) + backend.HeadBytes(backend.KeptFormat(asked, stored.MostCommon), shape.VocabularySize, shape.Width);

    /// <summary>What to say where half precision takes twice its size; empty where it does not.</summary>
    public static string NoteOn(WeightFormat asked, StoredWeights stored, IComputeBackend backend) =>
        asked is WeightFormat.AsStored or WeightFormat.Float16
        && stored.Float16 > stored.Elements / 2
        && backend.KeptFormat(asked, WeightDType.F16) == WeightFormat.Float32
            ? $" The checkpoint stores F16, which the backend '{backend.Name}' keeps in 32 bits: WeightFormat BFloat16 takes half of that, Int8Block32 a little over a quarter."
            : "";
}
