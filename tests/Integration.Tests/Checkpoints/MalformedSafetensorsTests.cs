using System.Diagnostics;
using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Checkpoints;

public sealed class MalformedSafetensorsTests(ITestOutputHelper output)
{
    private const long MaxAllocatedBytes = 64_000_000;

    /// <summary>Verdicts that the manifest leaves to the engine: what we chose.</summary>
    private static readonly Dictionary<string, bool> OwnVerdicts = new()
    {
        ["bad_shape_rank_10000.safetensors"] = false,
        ["ok_unknown_extra_field.safetensors"] = true,
        ["ok_long_name_64k.safetensors"] = true,
    };

    [SharedDataFact]
    public void SafetensorsFile_EveryVector_GivesTheVerdictOfTheManifest()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("malformed", "safetensors", "manifest.json")));
        var (passed, worstBytes, worstTime) = (0, 0L, TimeSpan.Zero);
        foreach (var vector in manifest.RootElement.GetProperty("files").EnumerateArray())
        {
            var name = vector.GetProperty("file").GetString()!;
            var accepts = OwnVerdicts.TryGetValue(name, out var own) ? own : vector.GetProperty("expected").GetString()!.StartsWith("accept", StringComparison.Ordinal);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            var refusal = TryOpen(SharedData.Path("malformed", "safetensors", name));
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(accepts == (refusal is null), $"{name}: expected {(accepts ? "accept" : "reject")}, got {refusal?.Message ?? "accept"}");
            Assert.InRange(bytes, 0, MaxAllocatedBytes);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TestTimeouts.Short);
            (worstBytes, worstTime) = (Math.Max(worstBytes, bytes), watch.Elapsed > worstTime ? watch.Elapsed : worstTime);
            passed++;
        }

        output.WriteLine($"{passed} vectors with the right verdict; at most {worstBytes:N0} bytes allocated and {worstTime.TotalMilliseconds:F1} ms for one.");
        Assert.Equal(Directory.GetFiles(SharedData.Path("malformed", "safetensors"), "*.safetensors").Length, passed);
    }

    [SharedDataFact]
    public void RequireFinite_NonFiniteVector_IsRefusedAndSubnormalsAreNot()
    {
        using var broken = SafetensorsWeights.OpenFile(SharedData.Path("malformed", "safetensors", "ok_nan_inf_values.safetensors"));
        using var subnormal = SafetensorsWeights.OpenFile(SharedData.Path("malformed", "safetensors", "ok_subnormals.safetensors"));

        output.WriteLine(Assert.Throws<CheckpointException>(() => broken.RequireFinite()).Message);
        subnormal.RequireFinite();
    }

    private static CheckpointException? TryOpen(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return null;
        }
        catch (CheckpointException refusal)
        {
            return refusal;
        }
    }
}
