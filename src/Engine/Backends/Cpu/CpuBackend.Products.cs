using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu;

/// <content>Products with packed matrices.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc />
    public void Embed(Matrix table, ReadOnlySpan<int> tokens, Tensor destination)
    {
        var matrix = Of(table, gated: false, nameof(Embed));
        RequireShape(nameof(Embed), nameof(destination), destination, tokens.Length, matrix.Inputs);
        foreach (var token in tokens)
        {
            Require((uint)token < (uint)matrix.Outputs, nameof(Embed), $"token {token} is outside the table of {matrix.Outputs} rows.");
        }

        fixed (int* ids = tokens)
        {
            RunRows(new EmbedAction(matrix, ids, Of(destination)), tokens.Length, matrix.Inputs * 4L);
        }
    }

    /// <inheritdoc />
    public void Linear(Matrix weight, Tensor x, Tensor? bias, Tensor destination) =>
        Multiply(weight, x, bias, destination, ProductEnding.Store, nameof(Linear));

    /// <inheritdoc />
    public void LinearAdd(Matrix weight, Tensor x, Tensor? bias, Tensor destination) =>
        Multiply(weight, x, bias, destination, ProductEnding.Add, nameof(LinearAdd));

    /// <inheritdoc />
    public void GatedLinear(Matrix gateUp, Tensor x, Tensor destination) =>
        Multiply(gateUp, x, bias: null, destination, ProductEnding.Gate, nameof(GatedLinear));

    private static CpuMatrix Of(Matrix matrix, bool gated, string verb)
    {
        var packed = matrix as CpuMatrix
            ?? throw new ArgumentException($"The matrix belongs to another backend ({matrix.GetType().Name}).", nameof(matrix));
        Require(
            packed.IsGated == gated, verb,
            $"{(gated ? "the matrix was not loaded by LoadGatedMatrix." : "the matrix was loaded by LoadGatedMatrix; use GatedLinear.")}");
        return packed;
    }

    private static int ScoreBlocks(int columns) => (columns + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock;

    private void Multiply(Matrix weight, Tensor x, Tensor? bias, Tensor destination, ProductEnding ending, string verb)
    {
        var matrix = Of(weight, ending == ProductEnding.Gate, verb);
        RequireShape(verb, nameof(x), x, x.Rows, matrix.Inputs);
        RequireShape(verb, nameof(destination), destination, x.Rows, matrix.Outputs);
        if (bias is not null)
        {
            RequireShape(verb, nameof(bias), bias, 1, matrix.Outputs);
        }

        if (x.Rows == 0)
        {
            return;
        }

        Run(TaskOf(matrix, Of(x), bias is null ? null : Of(bias), Of(destination), ending), matrix);
    }

    /// <summary>A product, with x in the form its kernel wants.</summary>
    private ProductTask TaskOf(CpuMatrix matrix, CpuTensor x, CpuTensor? bias, CpuTensor destination, ProductEnding ending)
    {
        var task = new ProductTask
        {
            Format = matrix.Shape.Format,
            Ending = ending,
            Panels = matrix.Pointer,
            PanelBytes = matrix.Shape.Bytes,
            K = matrix.Inputs,
            Rows = x.Rows,
            X = x.Pointer,
            XStride = x.Stride,
            Y = destination.Pointer,
            YStride = destination.Stride,
            Bias = bias is null ? null : bias.Pointer,
            Columns = matrix.Outputs,
        };
        Prepare(ref task, matrix.Shape, x);
        return task;
    }

    private void Run(in ProductTask task, CpuMatrix matrix)
    {
        // Panels that belong together are done by one worker.
        var together = task.Ending == ProductEnding.Gate ? 2 : task.Maxima is null ? 1 : task.MaximaColumns / matrix.Shape.Columns;
        var perChunk = PanelsPerChunk(matrix, task.Rows, together);
        var job = new ProductJob(_kernels, _scratch, task, matrix.Panels, perChunk);
        var chunks = (matrix.Panels + perChunk - 1) / perChunk;
        _pool.Run(ref job, chunks);
        Foresee(matrix, new Reading(matrix.Pointer, (nint)(perChunk * matrix.Shape.Bytes), chunks));
    }

    /// <summary>A model multiplies its matrices in the same order step by step: after this one will come what came the last time.</summary>
    private void Foresee(CpuMatrix matrix, in Reading reading)
    {
        if (_multiplied is { } before)
        {
            before.Follower = reading;
        }

        _multiplied = matrix;
        _pool.Expect(matrix.Follower);
    }

    /// <summary>Enough chunks that a thread put aside by the system delays little, each large enough to be worth handing over.</summary>
    private int PanelsPerChunk(CpuMatrix matrix, int rows, int multiple)
    {
        const long worthwhile = 65_536;
        var workPerPanel = (long)matrix.Inputs * matrix.Shape.Columns * rows;
        var panels = Math.Max((matrix.Panels + (_pool.Threads * 4) - 1) / (_pool.Threads * 4), (int)Math.Min(worthwhile / workPerPanel, int.MaxValue / 2));
        return (Math.Max(panels, 1) + multiple - 1) / multiple * multiple;
    }

    /// <summary>Brings x into the form its kernel wants.</summary>
    private void Prepare(ref ProductTask task, in PanelShape shape, CpuTensor x)
    {
        task.Form = _kernels.FormOf(shape, x.Rows);
        switch (task.Form)
        {
            case ActivationForm.Integers:
                task.Quantized = Quantize(shape, x, tileRows: 1);
                break;
            case ActivationForm.IntegerTiles:
                task.Quantized = Quantize(shape, x, _kernels.TileRows);
                break;
            case ActivationForm.HalfTiles:
                task.Halved = new HalvedRows(Prepared(HalvedRows.BytesOf(x.Rows, shape.K)), shape.K);
                RunRows(new HalveAction(x, task.Halved), x.Rows, shape.K);
                break;
        }
    }

    private QuantizedRows Quantize(in PanelShape shape, CpuTensor x, int tileRows)
    {
        var groups = shape.PaddedK / shape.Group;
        // Off a power of two, as all strides; tiles have no strides to keep apart.
        var stride = tileRows == 1 ? groups + 16L : (long)groups * tileRows;
        var tiles = (x.Rows + tileRows - 1) / tileRows;
        var scaleCount = (long)tiles * tileRows * shape.Blocks;
        var first = (int*)Prepared(checked(((tiles * stride) + (2 * scaleCount)) * sizeof(int)));
        var scales = (float*)(first + (tiles * stride));
        var rows = new QuantizedRows(first, scales, (int*)(scales + scaleCount), shape.Blocks, shape.BlockSize / shape.Group, tileRows, stride);
        rows.ClearPadding(x.Rows);
        var perChunk = (int)Math.Max(Math.Max(1, 32_768L / shape.K), (x.Rows + (_pool.Threads * 4) - 1) / (_pool.Threads * 4));
        var job = new QuantizeJob(_kernels, x, shape, rows, perChunk);
        _pool.Run(ref job, (x.Rows + perChunk - 1) / perChunk);
        return rows;
    }

    /// <summary>Room for the prepared x of one product.</summary>
    private byte* Prepared(long bytes)
    {
        if (_prepared is null || _prepared.Bytes < bytes)
        {
            _prepared?.Dispose();
            _prepared = new NativeBlock(bytes);
        }

        return _prepared.Pointer;
    }
}
