using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Screening;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>The managed backend: vector kernels chosen by what the processor offers, shared out over a pool of threads.</summary>
/// <remarks>
/// <para>Row-invariant: a row's result depends on neither its company, nor slots, nor the number of threads.</para>
/// <para>One thread calls it at a time; the pool works only within a call.</para>
/// </remarks>
internal sealed unsafe partial class CpuBackend : IComputeBackend
{
    private readonly CpuLevel _level;
    private readonly KernelSet _kernels;
    private readonly WorkerPool _pool;
    private readonly WorkerScratch _scratch;
    private readonly long _fewestScreenedWeights;
    private readonly WeightArena _arena = new();
    private readonly List<IDisposable> _vectors = [];
    private NativeBlock? _prepared;
    private NativeBlock? _partials;
    private CpuMatrix? _multiplied;

    /// <summary>Chooses kernels and starts threads.</summary>
    /// <exception cref="ArgumentException">The thread count or level is not one this machine can serve.</exception>
    public CpuBackend(CpuBackendOptions options)
    {
        if (options.Threads is < 0 or > CpuBackendOptions.MostThreads)
        {
            throw new ArgumentException(
                $"Thread count {options.Threads} is out of range; expected 0 (one per physical core) to {CpuBackendOptions.MostThreads}.", nameof(options));
        }

        var best = CpuLevels.Best();
        _level = options.Level ?? best;
        if (!CpuLevels.Includes(best, _level))
        {
            throw new ArgumentException($"Level {_level} asks for instructions that this process does not have; its best is {best}.", nameof(options));
        }

        _kernels = KernelSets.Create(_level);
        _pool = new WorkerPool(options.Threads == 0 ? PhysicalCores.Count() : options.Threads, _kernels.EnterThread);
        _fewestScreenedWeights = HeadScreen.IsSwitchedOff ? long.MaxValue : options.FewestScreenedWeights;
        _scratch = new WorkerScratch(_pool.Threads);
        _scratch.Reserve(_kernels.ProductScratchBytes);
    }

    /// <inheritdoc />
    public string Name => "cpu";

    /// <inheritdoc />
    public string Description => $"{CpuLevels.Describe(_level)}, {_pool.Threads} threads";

    /// <inheritdoc />
    public string Identity => $"{ProcessorName.Read()}, {Environment.ProcessorCount} processors, {Description}";

    /// <summary>The level in use.</summary>
    public CpuLevel Level => _level;

    /// <inheritdoc />
    public DeviceMemory Memory => SystemMemory.Read();

    /// <inheritdoc />
    public Workspace CreateWorkspace() => new CpuWorkspace();

    /// <inheritdoc />
    public KvStore CreateKvStore(int pages, int kvHeads, int headSize, KvFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headSize, 1);
        KvFormats.RequireKept(format);
        var layout = new KvLayout(kvHeads, headSize, format, _kernels.PanelWidth);
        var bytes = checked(layout.PageBytes * pages);
        RequireMemory(bytes, $"A KV cache of {pages:N0} pages", "Lower the context, the concurrency or the KV format.");
        var memory = new NativeBlock(bytes);
        return new CpuKvStore(pages, kvHeads, headSize, format, layout with { Pages = memory.Pointer }, memory);
    }

    /// <inheritdoc />
    public void Synchronize()
    {
        // Every verb has finished when it returns.
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pool.Dispose();
        _scratch.Dispose();
        _prepared?.Dispose();
        _partials?.Dispose();
        foreach (var vector in _vectors)
        {
            vector.Dispose();
        }

        _vectors.Clear();
        _arena.Dispose();
    }

    /// <summary>A tensor with all its values.</summary>
    private static CpuTensor Of(Tensor tensor)
    {
        var handle = Handle(tensor);
        handle.Deferred?.Finish();
        return handle;
    }

    private static CpuTensor Handle(Tensor tensor) =>
        tensor as CpuTensor ?? throw new ArgumentException($"The tensor belongs to another backend ({tensor.GetType().Name}).", nameof(tensor));

    private static void Require(bool holds, string verb, [InterpolatedStringHandlerArgument(nameof(holds))] RefusalMessage what)
    {
        if (!holds)
        {
            throw new ArgumentException($"{verb}: {what.ToString()}");
        }
    }

    /// <summary>Refuses, before anything is allocated, what the machine does not hold.</summary>
    private static void RequireMemory(long bytes, string what, string remedy)
    {
        var available = SystemMemory.Read().AvailableBytes;
        if (bytes > available)
        {
            throw new DeviceException($"{what} takes {bytes:N0} bytes; {available:N0} are available. {remedy}", isTransient: false);
        }
    }

    private static void RequireShape(string verb, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Rows != rows || tensor.Columns != columns)
        {
            throw new ArgumentException($"{verb}: {name} is [{tensor.Rows}, {tensor.Columns}]; expected [{rows}, {columns}].");
        }
    }

    /// <summary>Runs an action over rows, on all threads where the work is worth waking them.</summary>
    private void RunRows<TAction>(TAction action, int rows, long workPerRow)
        where TAction : struct, IRowAction
    {
        // Heuristic: a chunk below some ten thousand operations costs more to hand over than to do.
        const long worthwhile = 16_384;
        var perChunk = (int)Math.Clamp(worthwhile / Math.Max(1, workPerRow), 1, int.MaxValue);
        perChunk = Math.Max(perChunk, (rows + (_pool.Threads * 4) - 1) / (_pool.Threads * 4));
        var job = new RowJob<TAction>(_kernels, action, rows, perChunk);
        _pool.Run(ref job, (rows + perChunk - 1) / perChunk);
    }
}
