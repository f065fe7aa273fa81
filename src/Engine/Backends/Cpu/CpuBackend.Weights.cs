using System.Numerics.Tensors;
using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Screening;

namespace Slerp.Engine.Backends.Cpu;

/// <content>Loading: packing weights once, with all threads, straight from the checkpoint.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc />
    /// <remarks>Half precision is kept in 32 bits: exact, and no vector level of .NET widens it quickly.</remarks>
    public WeightFormat KeptFormat(WeightFormat asked, WeightDType stored) => asked switch
    {
        WeightFormat.AsStored => stored == WeightDType.BF16 ? WeightFormat.BFloat16 : WeightFormat.Float32,
        WeightFormat.Float16 => WeightFormat.Float32,
        _ when Enum.IsDefined(asked) => asked,
        _ => throw new ArgumentOutOfRangeException(nameof(asked), asked, $"Unknown weight format. Known: {string.Join(", ", Enum.GetNames<WeightFormat>())}."),
    };

    /// <inheritdoc />
    public double BytesPerWeight(WeightFormat kept) => kept switch
    {
        WeightFormat.BFloat16 => 2,
        // A byte for each scale, and the base of a row; whole cache lines of both.
        WeightFormat.Int8Block32 => 1 + (1.5 / PanelShape.ScaleBlock),
        WeightFormat.Int8Channel => 1,
        WeightFormat.Int4Block32 => 0.5 + (1.5 / PanelShape.ScaleBlock),
        _ => sizeof(float),
    };

    /// <inheritdoc />
    public Matrix LoadMatrix(IReadOnlyList<WeightTensor> parts, WeightFormat format)
    {
        RequireParts(parts);
        var rows = new WeightRows(parts);
        return Pack([rows], rows.Rows, parts[0].Columns, KeptFormat(format, parts[0].DType), isGated: false);
    }

    /// <inheritdoc />
    public Matrix LoadHead(WeightTensor weight, WeightFormat format)
    {
        RequireParts([weight]);
        var rows = new WeightRows([weight]);
        var head = Pack([rows], weight.Rows, weight.Columns, KeptFormat(format, weight.DType), isGated: false);
        try
        {
            head.Screen = ScreenOf(head, rows);
            return head;
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public long HeadBytes(WeightFormat kept, int outputs, int inputs) =>
        IsScreened(kept, outputs, inputs) ? (long)(BytesPerWeight(WeightFormat.Int4Block32) * outputs * inputs) : 0;

    /// <inheritdoc />
    public Matrix LoadGatedMatrix(WeightTensor gate, WeightTensor up, WeightFormat format)
    {
        Require(
            gate.Rows == up.Rows && gate.Columns == up.Columns, nameof(LoadGatedMatrix),
            $"'{gate.Name}' is [{gate.Rows}, {gate.Columns}] and '{up.Name}' [{up.Rows}, {up.Columns}]; they must be of one shape.");
        RequireParts([gate, up]);
        return Pack([new WeightRows([gate]), new WeightRows([up])], gate.Rows, gate.Columns, KeptFormat(format, gate.DType), isGated: true);
    }

    /// <inheritdoc />
    public Tensor LoadVector(IReadOnlyList<WeightTensor> parts)
    {
        Require(parts.Count > 0, nameof(LoadVector), $"no parts were given.");
        var columns = parts.Sum(part => part.Rows * part.Columns);
        var piece = _arena.Take((long)CpuTensor.StrideOf(columns) * sizeof(float));
        _vectors.Add(piece);
        var at = (float*)piece.Pointer;
        foreach (var part in parts)
        {
            part.ReadRows(0, part.Rows, new Span<float>(at, part.Rows * part.Columns));
            at += part.Rows * part.Columns;
        }

        var tensor = new CpuTensor();
        tensor.Assign((float*)piece.Pointer, 1, columns);
        return tensor;
    }

    private bool IsScreened(WeightFormat kept, int outputs, int inputs) =>
        kept is WeightFormat.Float32 or WeightFormat.BFloat16 or WeightFormat.Int8Block32 && (long)outputs * inputs >= _fewestScreenedWeights;

    private HeadScreen? ScreenOf(CpuMatrix head, WeightRows source)
    {
        var shape = _kernels.ShapeOf(WeightFormat.Int4Block32, head.Inputs);
        if (!IsScreened(head.Format, head.Outputs, head.Inputs) || head.Shape.Columns % shape.Columns != 0)
        {
            return null;
        }

        var panels = (head.Outputs + shape.Columns - 1) / shape.Columns;
        RequireMemory(checked(panels * shape.Bytes), $"The coarse copy of an LM head of [{head.Outputs:N0}, {head.Inputs:N0}]", "Choose a smaller weight format or model.");
        var piece = _arena.Take(panels * shape.Bytes);
        var coarse = new CpuMatrix(head.Outputs, head.Inputs, WeightFormat.Int4Block32, shape, isGated: false, panels, piece);
        try
        {
            using var scratch = new WorkerScratch(_pool.Threads);
            scratch.Reserve((long)shape.Columns * head.Inputs * sizeof(float));
            var (errors, norms) = (new float[head.Outputs], new float[head.Outputs]);
            var job = new ScreenJob(source, shape, piece.Pointer, head.Shape, head.Pointer, scratch, errors, norms);
            _pool.Run(ref job, panels);
            return new HeadScreen(coarse, LargestOfPanels(errors, head.Shape.Columns), LargestOfPanels(norms, head.Shape.Columns), head.Format == WeightFormat.Int8Block32);
        }
        catch
        {
            coarse.Dispose();
            throw;
        }
    }

    private static float[] LargestOfPanels(float[] rows, int columns)
    {
        var largest = new float[(rows.Length + columns - 1) / columns];
        for (var panel = 0; panel < largest.Length; panel++)
        {
            var begin = panel * columns;
            largest[panel] = TensorPrimitives.Max<float>(rows.AsSpan(begin, Math.Min(columns, rows.Length - begin)));
        }

        return largest;
    }

    private static void RequireParts(IReadOnlyList<WeightTensor> parts)
    {
        Require(parts.Count > 0, nameof(LoadMatrix), $"no parts were given.");
        foreach (var part in parts)
        {
            Require(
                part.Rows > 0 && part.Columns > 0 && part.Columns == parts[0].Columns, nameof(LoadMatrix),
                $"'{part.Name}' is [{part.Rows}, {part.Columns}]; expected at least one row of {parts[0].Columns} columns, as '{parts[0].Name}' has.");
        }
    }

    private CpuMatrix Pack(WeightRows[] sources, int outputs, int inputs, WeightFormat format, bool isGated)
    {
        var shape = _kernels.ShapeOf(format, inputs);
        var panels = (outputs + shape.Columns - 1) / shape.Columns * sources.Length;
        RequireMemory(checked(panels * shape.Bytes), $"A matrix of [{outputs:N0}, {inputs:N0}] in {format}", "Choose a smaller weight format or model.");
        var piece = _arena.Take(panels * shape.Bytes);
        try
        {
            using var scratch = new WorkerScratch(_pool.Threads);
            scratch.Reserve((long)shape.Columns * inputs * sizeof(float));
            var job = new PackJob(sources, shape, piece.Pointer, scratch);
            _pool.Run(ref job, panels);
            return new CpuMatrix(outputs, inputs, format, shape, isGated, panels, piece);
        }
        catch
        {
            piece.Dispose();
            throw;
        }
    }
}
