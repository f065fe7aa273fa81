using System.Security.Cryptography;
using System.Text;
using Slerp.Engine.Backends;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;

namespace Slerp.Engine;

/// <summary>What rows cost, measured at the first load of a checkpoint on a machine and noted for the next ones.</summary>
internal static class StepCostNote
{
    private const int MostBytes = 1 << 16;

    /// <summary>What an earlier load of the same build measured under the same conditions, or else what is measured now.</summary>
    /// <param name="notes">The machine's notes on the checkpoint.</param>
    /// <param name="backend">What was or is measured on.</param>
    /// <param name="weights">The format of weights that was asked for.</param>
    /// <param name="kv">The format of keys and values.</param>
    /// <param name="measure">Measures.</param>
    public static CostCurve RecallOrMeasure(MachineNotes notes, IComputeBackend backend, WeightFormat weights, KvFormat kv, Func<CostCurve> measure)
    {
        // Kernels differ between builds; a note of another build is replaced, so that there is one for each condition.
        var build = typeof(StepCostNote).Assembly.ManifestModule.ModuleVersionId.ToString("N");
        var condition = $"{backend.Name}, {backend.Identity}, {weights}, {kv}";
        var name = $"step-costs-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(condition)).AsSpan(0, 8))}.json";
        if (CostCurveRecord.TryRead(build, notes.Read(name, MostBytes)) is { } known)
        {
            return known;
        }

        var measured = measure();
        notes.Write(name, CostCurveRecord.Write(build, measured));
        return measured;
    }
}
