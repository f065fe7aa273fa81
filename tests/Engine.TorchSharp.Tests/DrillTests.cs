using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Tests.Backends;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using TorchSharp;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>What goes wrong in libtorch reaches the caller as a typed exception, and the process goes on.</summary>
public sealed class DrillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ShapeMismatchInsideLibtorch_IsADeviceException()
    {
        using var backend = TestDevice.Open();
        using var workspace = backend.CreateWorkspace();
        // A matrix that is not what it says: the checks let it through, libtorch does not.
        using var matrix = new DenseMatrix(8, 6, WeightFormat.Float32, isGated: false, isNarrow: false, torch.zeros(8, 7));
        var x = workspace.Rent(2, 6);
        backend.Upload(new float[12], x);
        var error = Assert.Throws<DeviceException>(() => backend.Linear(matrix, x, null, workspace.Rent(2, 8)));
        Assert.StartsWith("Linear failed", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        AssertWorks(backend, workspace);
    }

    [Fact]
    public void TensorOnAnotherDevice_IsADeviceException()
    {
        using var backend = TestDevice.Open();
        using var workspace = backend.CreateWorkspace();
        using var matrix = new DenseMatrix(8, 6, WeightFormat.Float32, isGated: false, isNarrow: false, torch.zeros(8, 6, device: torch.META));
        var x = workspace.Rent(2, 6);
        backend.Upload(new float[12], x);
        var y = workspace.Rent(2, 8);
        backend.Upload(new float[16], y);
        Assert.Throws<DeviceException>(() => backend.Embed(matrix, [1], workspace.Rent(1, 6)));
        AssertWorks(backend, workspace);
    }

    [Fact]
    public void DeniedMemoryInsideAVerb_IsATransientDeviceException()
    {
        using var backend = TestDevice.Open();
        using var workspace = backend.CreateWorkspace();
        var error = Assert.Throws<DeviceException>(() => AskTooMuch(backend));
        Assert.Contains("denied memory", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        AssertWorks(backend, workspace);
    }

    [Fact]
    public void MoreThanTheDeviceHas_IsRefusedBeforeItIsAllocated()
    {
        using var backend = TestDevice.Open();
        var error = Assert.Throws<DeviceException>(() => backend.CreateKvStore(int.MaxValue / 64, 8, 128, KvFormat.Float32));
        Assert.Contains("bytes", error.Message, StringComparison.Ordinal);
        Assert.True(backend.Memory.AvailableBytes > 0);
        Assert.True(backend.Memory.TotalBytes >= backend.Memory.AvailableBytes);
    }

    [Fact]
    public async Task FaultInAStep_FailsItsRequestOnly()
    {
        var denied = false;
        var options = TestDevice.On(new EngineOptions { ModelPath = new ToyCheckpoint().Save(_folder), Threads = 1 }) with
        {
            DecorateBackend = backend => new FaultyBackend(backend)
            {
                Spoil = (_, _) =>
                {
                    if (denied)
                    {
                        AskTooMuch(backend);
                    }

                    return false;
                },
            },
        };
        await using var engine = await SlerpEngine.LoadAsync(options);
        var before = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "vanilla"));
        denied = true;
        await Assert.ThrowsAsync<DeviceException>(() => engine.AnswerAsync(EngineRequests.Raw("abcd", 8, null, "vanilla")));
        denied = false;
        Assert.Equal(before.Text, (await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "vanilla"))).Text);
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("BF16")]
    [InlineData("F16")]
    public void DamagedWeights_AreNamedAtLoad(string dtype)
    {
        var values = new float[15];
        values[7] = float.NaN;
        var path = new SafetensorsWriter().Add("some.weight", [5, 3], values, dtype).Save(_folder.Path("model.safetensors"));
        using var weights = SafetensorsWeights.OpenFile(path);
        using var backend = TestDevice.Open();
        var error = Assert.Throws<CheckpointException>(() => backend.LoadMatrix([weights.Get("some.weight", 5, 3)], WeightFormat.AsStored));
        Assert.Contains("some.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("row 2, column 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HalfWeights_StayInSixteenBits()
    {
        using var backend = TestDevice.Open();
        using var matrix = backend.LoadMatrix([TestWeight.Random(1, 4, 4, WeightDType.BF16)], WeightFormat.AsStored);
        Assert.Equal((WeightFormat.BFloat16, 32), (matrix.Format, matrix.Bytes));
        using var half = backend.LoadMatrix([TestWeight.Random(1, 4, 4, WeightDType.F16)], WeightFormat.AsStored);
        Assert.Equal((WeightFormat.Float16, 32), (half.Format, half.Bytes));
    }

    // A product of 4 TiB.
    private static void AskTooMuch(IComputeBackend backend)
    {
        const int rows = 1 << 20;
        using var workspace = backend.CreateWorkspace();
        using var matrix = backend.LoadMatrix([new TestWeight(new float[rows], rows, 1)], WeightFormat.Float32);
        var x = workspace.Rent(rows, 1);
        backend.Upload(new float[rows], x);
        backend.Linear(matrix, x, null, workspace.Rent(rows, rows));
    }

    private static void AssertWorks(TorchBackend backend, Workspace workspace)
    {
        using var matrix = backend.LoadMatrix([new TestWeight([1, 2, 3, 4], 2, 2)], WeightFormat.Float32);
        var x = workspace.Rent(1, 2);
        backend.Upload([1, 1], x);
        var y = workspace.Rent(1, 2);
        backend.Linear(matrix, x, null, y);
        var values = new float[2];
        backend.Download(y, 0, values);
        Assert.Equal([3f, 7f], values);
    }
}
