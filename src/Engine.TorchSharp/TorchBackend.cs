using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Backends.Cpu.Memory;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>The backend of libtorch: CUDA devices, and libtorch's own CPU device, on which the same code is tested.</summary>
/// <remarks>
/// <para>A step is queued on the device without waiting; only what brings values back waits. What a verb makes on its way dies with the verb's dispose scope;
/// what it leaves belongs to the handle of its destination until the workspace is reset, so no scope outlives a call and the thread may change between steps.</para>
/// <para>Checks come first: whatever libtorch refuses after them becomes a <see cref="DeviceException"/>. Tensor.matmul is not used: it ends the process
/// where it should refuse. Nothing requires a gradient, so no graph is recorded and no gradient mode is set.</para>
/// <para>Accuracy: BackendConformance, within the tolerance its tests state. Not row-invariant: libtorch picks kernels by size.</para>
/// <para>One thread calls it at a time.</para>
/// </remarks>
internal sealed partial class TorchBackend : IComputeBackend
{
    private readonly DeviceName _name;
    private readonly torch.Device _device;
    private readonly CudaDriver? _driver;
    private readonly bool _isNarrow;
    private readonly HostTransfer _host;
    private readonly RowConstants _constants;
    private readonly AttentionLayout _layout;
    private readonly List<TorchTensor> _vectors = [];
    private IntegerCodes? _codes;

    /// <summary>Wraps an opened device.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">The device.</param>
    /// <param name="isNarrow">Whether products and attention of 16-bit values are done in 16 bits, as a GPU's matrix units do, or widened and exact.</param>
    public TorchBackend(DeviceName name, torch.Device device, bool isNarrow)
    {
        _name = name;
        _device = device;
        _driver = name.IsCuda ? CudaDriver.TryOpen() : null;
        _isNarrow = isNarrow;
        _host = new HostTransfer(device);
        _constants = new RowConstants(device);
        _layout = new AttentionLayout(_host);
    }

    /// <inheritdoc />
    public string Name => _name.IsCuda ? "cuda" : _name.ToString();

    /// <inheritdoc />
    public string Description => _name.IsCuda
        ? $"{_name}, {_driver?.NameOf(_name.Index)}, TorchSharp {Version}"
        : $"libtorch, {torch.get_num_threads()} threads, TorchSharp {Version}";

    /// <inheritdoc />
    public string Identity => _name.IsCuda ? Description : $"{ProcessorName.Read()}, {Environment.ProcessorCount} processors, {Description}";

    /// <inheritdoc />
    public DeviceMemory Memory => _driver?.MemoryOf(_name.Index) ?? SystemMemory.Read();

    private static string Version => typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "of unknown version";

    /// <summary>Opens a device by name.</summary>
    /// <param name="name">The device.</param>
    /// <param name="threads">Threads of libtorch's CPU device, which all backends of the process share; 0 takes one per physical core.</param>
    /// <exception cref="DeviceException">libtorch or the device is not there; says what was found.</exception>
    public static TorchBackend Open(DeviceName name, int threads)
    {
        var device = TorchLibrary.Open(name);
        try
        {
            if (!name.IsCuda)
            {
                torch.set_num_threads(threads == 0 ? PhysicalCores.Count() : threads);
            }

            // The first thing made on a device is what finds out that it works.
            using var first = torch.zeros(1, device: device);
            return new TorchBackend(name, device, isNarrow: name.IsCuda);
        }
        catch (ExternalException failure)
        {
            throw TorchFailure.Of("Opening the device", name.ToString(), failure);
        }
    }

    /// <inheritdoc />
    public Workspace CreateWorkspace() => new TorchWorkspace(_device);

    /// <inheritdoc />
    public KvStore CreateKvStore(int pages, int kvHeads, int headSize, KvFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headSize, 1);
        KvFormats.RequireKept(format);
        var columns = 2L * kvHeads * headSize;
        var bytes = checked((long)pages * KvStore.PageRows * columns * (format == KvFormat.BFloat16 ? 2 : 4));
        RequireMemory(bytes, $"A KV cache of {pages:N0} pages", "Lower the context, the concurrency or the KV format.");
        try
        {
            var rows = torch.zeros((long)pages * KvStore.PageRows, columns, dtype: TorchKvStore.TypeOf(format), device: _device).DetachFromDisposeScope();
            return new TorchKvStore(pages, kvHeads, headSize, format, rows);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(CreateKvStore), failure);
        }
    }

    /// <inheritdoc />
    public void Synchronize()
    {
        if (!_name.IsCuda)
        {
            return;
        }

        try
        {
            torch.cuda.synchronize(_device);
            // It does not ask by itself; what queued work has met is told here first.
            torch.CheckForErrors();
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Synchronize), failure);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var vector in _vectors)
        {
            vector.Dispose();
        }

        _vectors.Clear();
        _layout.Dispose();
        _placesInPage?.Dispose();
        _placesInPage = null;
        _constants.Dispose();
        _codes?.Dispose();
        _codes = null;
    }

    private DeviceException Failed(string verb, ExternalException failure) => TorchFailure.Of(verb, _name.ToString(), failure);

    /// <summary>Refuses, before anything is allocated, what the device does not hold.</summary>
    private void RequireMemory(long bytes, string what, string remedy)
    {
        var available = Memory.AvailableBytes;
        if (bytes > available)
        {
            throw new DeviceException($"{what} takes {bytes:N0} bytes; {available:N0} are available on {_name}. {remedy}", isTransient: false);
        }
    }
}
