using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>Loading: raw elements go from the checkpoint's file to the device, and are converted there where a format asks for it.</content>
internal sealed partial class TorchBackend
{
    // Enough to keep the bus busy, little beside a model.
    private const long StagedBytes = 32L << 20;

    /// <inheritdoc />
    public WeightFormat KeptFormat(WeightFormat asked, WeightDType stored) => asked switch
    {
        WeightFormat.AsStored => stored switch
        {
            WeightDType.BF16 => WeightFormat.BFloat16,
            WeightDType.F16 => WeightFormat.Float16,
            _ => WeightFormat.Float32,
        },
        _ when Enum.IsDefined(asked) => asked,
        _ => throw new ArgumentOutOfRangeException(nameof(asked), asked, $"Unknown weight format. Known: {string.Join(", ", Enum.GetNames<WeightFormat>())}."),
    };

    /// <inheritdoc />
    public double BytesPerWeight(WeightFormat kept) => kept switch
    {
        WeightFormat.BFloat16 or WeightFormat.Float16 => 2,
        WeightFormat.Float32 => sizeof(float),
        WeightFormat.Int8Channel => 1,
        _ => (double)IntegerCodes.BytesOf(kept, 1, IntegerCodes.ScaleBlock) / IntegerCodes.ScaleBlock,
    };

    /// <inheritdoc />
    public Matrix LoadMatrix(IReadOnlyList<WeightTensor> parts, WeightFormat format)
    {
        RequireParts(nameof(LoadMatrix), parts);
        return Load(nameof(LoadMatrix), parts, format, isGated: false);
    }

    /// <inheritdoc />
    public Matrix LoadGatedMatrix(WeightTensor gate, WeightTensor up, WeightFormat format)
    {
        Expect.That(
            gate.Rows == up.Rows && gate.Columns == up.Columns, nameof(LoadGatedMatrix),
            $"'{gate.Name}' is [{gate.Rows}, {gate.Columns}] and '{up.Name}' [{up.Rows}, {up.Columns}]; they must be of one shape.");
        RequireParts(nameof(LoadGatedMatrix), [gate, up]);
        return Load(nameof(LoadGatedMatrix), [gate, up], format, isGated: true);
    }

    /// <inheritdoc />
    public Tensor LoadVector(IReadOnlyList<WeightTensor> parts)
    {
        Expect.That(parts.Count > 0, nameof(LoadVector), $"no parts were given.");
        var values = new float[parts.Sum(static part => part.Rows * part.Columns)];
        var at = 0;
        foreach (var part in parts)
        {
            var count = part.Rows * part.Columns;
            part.ReadRows(0, part.Rows, values.AsSpan(at, count));
            at += count;
        }

        var vector = new TorchTensor(_device);
        vector.Assign(1, values.Length);
        Upload(values, vector);
        _vectors.Add(vector);
        return vector;
    }

    private static void RequireParts(string verb, IReadOnlyList<WeightTensor> parts)
    {
        Expect.That(parts.Count > 0, verb, $"no parts were given.");
        foreach (var part in parts)
        {
            Expect.That(
                part.Rows > 0 && part.Columns > 0 && part.Columns == parts[0].Columns, verb,
                $"'{part.Name}' is [{part.Rows}, {part.Columns}]; expected at least one row of {parts[0].Columns} columns, as '{parts[0].Name}' has.");
        }
    }

    private static torch.ScalarType TypeOf(WeightDType stored) => stored switch
    {
        WeightDType.BF16 => torch.ScalarType.BFloat16,
        WeightDType.F16 => torch.ScalarType.Float16,
        _ => torch.ScalarType.Float32,
    };

    private TorchMatrix Load(string verb, IReadOnlyList<WeightTensor> parts, WeightFormat asked, bool isGated)
    {
        var format = KeptFormat(asked, parts[0].DType);
        var rows = parts.Sum(static part => part.Rows);
        var (outputs, inputs) = (isGated ? rows / 2 : rows, parts[0].Columns);
        var bytes = format switch
        {
            WeightFormat.Float32 => 4L * rows * inputs,
            WeightFormat.Float16 or WeightFormat.BFloat16 => 2L * rows * inputs,
            _ => IntegerCodes.BytesOf(format, rows, inputs),
        };
        RequireMemory(bytes, $"A matrix of [{rows:N0}, {inputs:N0}] in {format}", "Choose a smaller weight format or model.");
        using var scope = torch.NewDisposeScope();
        try
        {
            return format switch
            {
                WeightFormat.Float32 => Dense(torch.ScalarType.Float32),
                WeightFormat.Float16 => Dense(torch.ScalarType.Float16),
                WeightFormat.BFloat16 => Dense(torch.ScalarType.BFloat16),
                _ => Integers(),
            };
        }
        catch (ExternalException failure)
        {
            throw Failed(verb, failure);
        }

        DenseMatrix Dense(torch.ScalarType type)
        {
            var weight = torch.empty(rows, inputs, dtype: type, device: _device);
            ForEachChunk(parts, (chunk, at) => weight.narrow(0, at, chunk.shape[0]).copy_(chunk));
            return new DenseMatrix(outputs, inputs, format, isGated, _isNarrow, weight.DetachFromDisposeScope());
        }

        IntegerMatrix Integers()
        {
            var arithmetic = _codes ??= new IntegerCodes(_device);
            var block = IntegerCodes.BlockOf(format, inputs);
            var padded = IntegerCodes.Padded(inputs, block);
            var type = IntegerMatrix.TypeOf(format);
            var codes = torch.empty(rows, type == torch.ScalarType.Byte ? padded / 2 : padded, dtype: type, device: _device);
            var scales = torch.empty(rows, padded / block, 1, dtype: torch.ScalarType.Float32, device: _device);
            ForEachChunk(parts, (chunk, at) =>
            {
                var (whole, factors) = arithmetic.Quantize(chunk.to(torch.ScalarType.Float32), format);
                codes.narrow(0, at, chunk.shape[0]).copy_(IntegerMatrix.Pack(whole, format));
                scales.narrow(0, at, chunk.shape[0]).copy_(factors);
            });
            return new IntegerMatrix(outputs, inputs, format, isGated, codes.DetachFromDisposeScope(), scales.DetachFromDisposeScope(), arithmetic);
        }
    }

    /// <summary>Hands on chunks of rows that lie on the device in the type they are stored in, with the row at which each belongs.</summary>
    private void ForEachChunk(IReadOnlyList<WeightTensor> parts, Action<torch.Tensor, long> use)
    {
        var at = 0L;
        foreach (var part in parts)
        {
            var atOnce = (int)Math.Clamp(StagedBytes / ((long)part.Columns * part.DType.ElementBytes()), 1, part.Rows);
            for (var row = 0; row < part.Rows; row += atOnce)
            {
                using var scope = torch.NewDisposeScope();
                var count = Math.Min(atOnce, part.Rows - row);
                use(Stage(part, row, count), at);
                at += count;
            }
        }
    }

    private torch.Tensor Stage(WeightTensor part, int row, int count)
    {
        var host = torch.empty(count, part.Columns, dtype: TypeOf(part.DType), device: torch.CPU);
        part.ReadRawRows(row, count, host.bytes);
        return host.to(_device);
    }
}
