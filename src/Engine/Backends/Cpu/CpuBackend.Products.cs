using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;

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
    public void Score(Matrix weight, Tensor x, Tensor destination, Tensor maxima)
    {
        RequireShape(nameof(Score), nameof(maxima), maxima, x.Rows, ScoreBlocks(weight.Outputs));
        Multiply(weight, x, bias: null, destination, ProductEnding.Store, nameof(Score), Of(maxima));
    }

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

    private void Multiply(Matrix weight, Tensor x, Tensor? bias, Tensor destination, ProductEnding ending, string verb, CpuTensor? maxima = null)
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

        var source = Of(x);
        var target = Of(destination);
        var task = new ProductTask
        {
            Format = matrix.Shape.Format,
            Ending = ending,
            Panels = matrix.Pointer,
            PanelBytes = matrix.Shape.Bytes,
            K = matrix.Inputs,
            Rows = x.Rows,
            X = source.Pointer,
            XStride = source.Stride,
            Quantized = Quantize(matrix.Shape, source),
            Y = target.Pointer,
            YStride = target.Stride,
            Bias = bias is null ? null : Of(bias).Pointer,
            Columns = matrix.Outputs,
            Maxima = maxima is null ? null : maxima.Pointer,
            MaximaStride = maxima?.Stride ?? 0,
        };
        // Panels that belong together are done by one worker.
        var together = ending == ProductEnding.Gate ? 2 : maxima is null ? 1 : IComputeBackend.ScoreBlock / matrix.Shape.Columns;
        var perChunk = PanelsPerChunk(matrix, x.Rows, together);
        var job = new ProductJob(_kernels, _scratch, task, matrix.Panels, perChunk);
        _pool.Run(ref job, (matrix.Panels + perChunk - 1) / perChunk);
    }

    /// <summary>Enough chunks that a thread put aside by the system delays little, each large enough to be worth handing over.</summary>
    private int PanelsPerChunk(CpuMatrix matrix, int rows, int multiple)
    {
        const long worthwhile = 65_536;
        var workPerPanel = (long)matrix.Inputs * matrix.Shape.Columns * rows;
        var panels = Math.Max((matrix.Panels + (_pool.Threads * 4) - 1) / (_pool.Threads * 4), (int)Math.Min(worthwhile / workPerPanel, int.MaxValue / 2));
        return (Math.Max(panels, 1) + multiple - 1) / multiple * multiple;
    }

    private QuantizedRows Quantize(in PanelShape shape, CpuTensor x)
    {
        if (shape.Format is not (PanelFormat.Int8 or PanelFormat.Int4))
        {
            return default;
        }

        var groups = shape.PaddedK / shape.Group;
        // Off a power of two, as all strides.
        var stride = groups + 16;
        var bytes = checked((long)x.Rows * (stride + (2L * shape.Blocks)) * sizeof(int));
        if (_quantized is null || _quantized.Bytes < bytes)
        {
            _quantized?.Dispose();
            _quantized = new NativeBlock(bytes + (bytes / 2));
        }

        var first = (int*)_quantized.Pointer;
        var scales = (float*)(first + ((long)x.Rows * stride));
        var corrections = (int*)(scales + ((long)x.Rows * shape.Blocks));
        var rows = new QuantizedRows(first, stride, scales, corrections, shape.Blocks, shape.BlockSize / shape.Group);
        var perChunk = (int)Math.Max(Math.Max(1, 32_768L / shape.K), (x.Rows + (_pool.Threads * 4) - 1) / (_pool.Threads * 4));
        var job = new QuantizeJob(_kernels, x, shape, rows, perChunk);
        _pool.Run(ref job, (x.Rows + perChunk - 1) / perChunk);
        return rows;
    }
}
