using Slerp.Engine.Backends;
using Slerp.Engine.Tests.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Every verb, made to fail inside libtorch: by operands that are not what their handles say, by memory no machine has, by a device that is not there.</summary>
public sealed class VerbDrillTests : IDisposable
{
    // Of such rows and columns, 2^48 bytes in 32 bits: more than a process can address.
    private const int Many = 1 << 23;
    private const int MostRows = 1 << 17;

    private static readonly HeadShape Heads = new(2, 1, 4);

    private readonly TorchBackend _backend = TestDevice.Open();
    private readonly Workspace _workspace;
    private readonly List<IDisposable> _made = [];

    public VerbDrillTests() => _workspace = _backend.CreateWorkspace();

    public static TheoryData<string> Verbs =>
    [
        "Download", "Embed", "Linear", "LinearAdd", "GatedLinear", "RmsNorm", "NormHeads", "Rotate", "StoreKv", "CopyKv", "Attend", "Gather", "Slerp", "RowCosines",
        "ArgMax", "TopK",
    ];

    /// <summary>Those that make something larger than what they read.</summary>
    public static TheoryData<string> GrowingVerbs =>
        ["Embed", "Linear", "LinearAdd", "GatedLinear", "Rotate", "StoreKv", "CopyKv", "Attend", "Gather", "Slerp", "RowCosines", "TopK"];

    public void Dispose()
    {
        _made.ForEach(static made => made.Dispose());
        _workspace.Dispose();
        _backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void OperandThatIsNotWhatItSays_IsADeviceException(string verb)
    {
        var error = Assert.Throws<DeviceException>(() => CallWithMisfit(verb));
        Assert.StartsWith($"{verb} failed", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        AssertWorks();
    }

    [Theory]
    [MemberData(nameof(GrowingVerbs))]
    public void DeniedMemory_IsATransientDeviceException(string verb)
    {
        var error = Assert.Throws<DeviceException>(() => CallWithTooMuch(verb));
        Assert.StartsWith($"{verb} was denied memory", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        AssertWorks();
    }

    [Fact]
    public void DeviceThatIsNotThere_IsADeviceExceptionWhereverMemoryIsAskedFor()
    {
        Assert.True(DeviceName.TryParse("torch-cpu", out var name));
        using var backend = new TorchBackend(name, new torch.Device(DeviceType.HIP), isNarrow: false);
        var weight = TestWeight.Random(1, 8, 64);
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            Assert.StartsWith("LoadMatrix failed", Assert.Throws<DeviceException>(() => backend.LoadMatrix([weight], format)).Message, StringComparison.Ordinal);
            Assert.StartsWith("LoadGatedMatrix failed", Assert.Throws<DeviceException>(() => backend.LoadGatedMatrix(weight, weight, format)).Message, StringComparison.Ordinal);
        }

        Assert.StartsWith("CreateKvStore failed", Assert.Throws<DeviceException>(() => backend.CreateKvStore(1, 1, 4, KvFormat.Float32)).Message, StringComparison.Ordinal);
        using var workspace = backend.CreateWorkspace();
        Assert.Throws<DeviceException>(() => backend.Download(workspace.Rent(1, 4), 0, new float[4]));
        AssertWorks();
    }

    [Fact]
    public void MaskBeyondAnyArray_IsRefusedWithWhatToDo()
    {
        const int rows = 1 << 12;
        const int committed = 1 << 20;
        var plan = new AttentionPlan();
        plan.AddSlice(new int[(committed + rows) / KvStore.PageRows], committed, rows);
        int[] chain = [.. Enumerable.Range(-1, rows)];
        for (var node = 0; node < rows; node++)
        {
            plan.AddRow(chain, node, node);
        }

        var error = Assert.Throws<DeviceException>(
            () => _backend.Attend(_workspace.Rent(rows, Heads.Columns), Heads, Store(1, Heads, KvFormat.Float32), plan, _workspace.Rent(rows, Heads.QueryColumns)));
        Assert.Contains("Lower PrefillChunkTokens", error.Message, StringComparison.Ordinal);
        AssertWorks();
    }

    private void CallWithMisfit(string verb)
    {
        var nowhere = Values(2, Heads.Columns, torch.zeros(2, Heads.Columns, device: torch.META));
        var six = Values(2, 6, torch.zeros(2, 6, device: TestDevice.Device));
        var seven = Made(new DenseMatrix(8, 6, WeightFormat.Float32, isGated: false, isNarrow: false, torch.zeros(8, 7, device: TestDevice.Device)));
        var narrow = Made(new TorchKvStore(1, 1, 4, KvFormat.Float32, torch.zeros(KvStore.PageRows, 5, device: TestDevice.Device)));
        switch (verb)
        {
            case "Download": _backend.Download(nowhere, 0, new float[Heads.Columns]); break;
            case "Embed": _backend.Embed(Made(new DenseMatrix(8, 6, WeightFormat.Float32, isGated: false, isNarrow: false, torch.zeros(8, 6, device: torch.META))), [5], _workspace.Rent(1, 6)); break;
            case "Linear": _backend.Linear(seven, six, null, _workspace.Rent(2, 8)); break;
            case "LinearAdd": _backend.LinearAdd(seven, six, null, _workspace.Rent(2, 8)); break;
            case "GatedLinear": _backend.GatedLinear(Made(new DenseMatrix(4, 6, WeightFormat.Float32, isGated: true, isNarrow: false, torch.zeros(8, 7, device: TestDevice.Device))), six, _workspace.Rent(2, 4)); break;
            case "RmsNorm": _backend.RmsNorm(six, Values(1, 6, torch.ones(1, 7, device: TestDevice.Device)), 1e-5f, _workspace.Rent(2, 6)); break;
            case "NormHeads": _backend.NormHeads(six, 0, 2, 3, Values(1, 3, torch.ones(1, 7, device: TestDevice.Device)), 1e-5f); break;
            case "Rotate": _backend.Rotate(_workspace.Rent(2, Heads.Columns), Heads, Values(2, 4, torch.zeros(2, 3, device: TestDevice.Device))); break;
            case "StoreKv": _backend.StoreKv(_workspace.Rent(2, Heads.Columns), Heads, narrow, [0, 1]); break;
            case "CopyKv": _backend.CopyKv(Made(new TorchKvStore(1, 1, 4, KvFormat.Float32, torch.zeros(KvStore.PageRows, 8, device: torch.META))), [0], [1]); break;
            case "Attend": _backend.Attend(_workspace.Rent(1, Heads.Columns), Heads, narrow, Singles(1), _workspace.Rent(1, Heads.QueryColumns)); break;
            case "Gather": _backend.Gather(nowhere, [1], _workspace.Rent(1, Heads.Columns)); break;
            case "Slerp": _backend.Slerp(nowhere, [new MergePair(0, 1)], Interpolation.PerRow, _workspace.Rent(1, Heads.Columns)); break;
            case "RowCosines": _backend.RowCosines(nowhere, [new MergePair(0, 1)], new float[1]); break;
            case "ArgMax": _backend.ArgMax(nowhere, new int[2]); break;
            default: _backend.TopK(nowhere, 1, new int[2], new float[2]); break;
        }
    }

    // One value, seen as often as asked for: operands take nothing, results would take all.
    private void CallWithTooMuch(string verb)
    {
        var column = Values(Many, 1, One(Many, 1));
        var wide = Values(8, int.MaxValue, One(8, int.MaxValue));
        var pairs = Enumerable.Repeat(new MergePair(0, 1), MostRows).ToArray();
        switch (verb)
        {
            case "Embed": _backend.Embed(Matrix(8, int.MaxValue), new int[MostRows], _workspace.Rent(MostRows, int.MaxValue)); break;
            case "Linear": _backend.Linear(Matrix(Many, 1), column, null, _workspace.Rent(Many, Many)); break;
            case "LinearAdd": _backend.LinearAdd(Matrix(Many, 1), column, null, _workspace.Rent(Many, Many)); break;
            case "GatedLinear": _backend.GatedLinear(Made(new DenseMatrix(Many, 1, WeightFormat.Float32, isGated: true, isNarrow: false, One(2L * Many, 1))), column, _workspace.Rent(Many, Many)); break;
            case "Rotate": _backend.Rotate(Values(Many, 3 * Many, One(Many, 3 * Many)), new HeadShape(1, 1, Many), Values(Many, Many, One(Many, Many))); break;
            case "StoreKv":
                var whole = new HeadShape(1, 1, Many);
                _backend.StoreKv(Values(Many, whole.Columns, One(Many, whole.Columns)), whole, Store(1, whole, KvFormat.BFloat16), new int[Many]);
                break;
            case "CopyKv":
                _backend.CopyKv(Store(2 * MostRows / KvStore.PageRows, Heads, KvFormat.Float32), [.. Enumerable.Range(0, MostRows)], [.. Enumerable.Range(MostRows, MostRows)]);
                break;
            case "Attend":
                var large = new HeadShape(1, 1, 1 << 29);
                var halves = One(MostRows, large.Columns, torch.ScalarType.BFloat16);
                _backend.Attend(Values(MostRows, large.Columns, halves), large, Store(1, large, KvFormat.Float32), Singles(MostRows), _workspace.Rent(MostRows, large.QueryColumns));
                break;
            case "Gather": _backend.Gather(wide, new int[MostRows], _workspace.Rent(MostRows, int.MaxValue)); break;
            case "Slerp": _backend.Slerp(wide, pairs, Interpolation.PerRow, _workspace.Rent(MostRows, int.MaxValue)); break;
            case "RowCosines": _backend.RowCosines(wide, pairs, new float[MostRows]); break;
            default: _backend.TopK(Values(Many, 1 << 21, One(Many, 1 << 21)), 1, new int[Many], new float[Many]); break;
        }
    }

    private static torch.Tensor One(long rows, long columns, torch.ScalarType type = torch.ScalarType.Float32) =>
        torch.zeros(1, 1, dtype: type, device: TestDevice.Device).expand(rows, columns);

    private static AttentionPlan Singles(int count)
    {
        var plan = new AttentionPlan();
        for (var slice = 0; slice < count; slice++)
        {
            plan.AddSlice([0], 0, 1);
            plan.AddRow([-1], 0, 0);
        }

        return plan;
    }

    private TorchTensor Values(int rows, int columns, torch.Tensor values)
    {
        var tensor = Made(new TorchTensor(TestDevice.Device));
        tensor.Assign(rows, columns);
        tensor.Set(values);
        return tensor;
    }

    private DenseMatrix Matrix(int outputs, int inputs) => Made(new DenseMatrix(outputs, inputs, WeightFormat.Float32, isGated: false, isNarrow: false, One(outputs, inputs)));

    private TorchKvStore Store(int pages, HeadShape heads, KvFormat format) =>
        Made(new TorchKvStore(pages, heads.KvHeads, heads.HeadSize, format, One((long)pages * KvStore.PageRows, int.MaxValue, TorchKvStore.TypeOf(format))));

    private T Made<T>(T item)
        where T : IDisposable
    {
        _made.Add(item);
        return item;
    }

    private void AssertWorks()
    {
        using var matrix = _backend.LoadMatrix([new TestWeight([1, 2, 3, 4], 2, 2)], WeightFormat.Float32);
        var x = _workspace.Rent(1, 2);
        _backend.Upload([1, 1], x);
        var y = _workspace.Rent(1, 2);
        _backend.Linear(matrix, x, null, y);
        var values = new float[2];
        _backend.Download(y, 0, values);
        Assert.Equal([3f, 7f], values);
    }
}
