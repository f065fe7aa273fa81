using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>How a format turns weights and activations into integers, block by block, and back.</summary>
/// <remarks>
/// <para>Formula, weights: 8 bits: s = max|w| / 127, q = clamp(round(w / s), -127, 127). 4 bits: s = m / -8, m the value of largest magnitude with its sign,
/// q = clamp(round(w / s), -8, 7). Scales take the values that a byte beside the row's largest can tell (<see cref="Coded"/>): a format means the same weights on every
/// backend, though here they are kept as floats. Activations: s = max|x| / 127, q = round(x · 127 / max|x|). Value: q · s. Rounding to nearest even.</para>
/// <para>Shapes: [rows, columns] seen as [rows, blocks, block], the last block padded with zeros; scales [rows, blocks, 1].</para>
/// </remarks>
internal sealed class IntegerCodes : IDisposable
{
    /// <summary>Columns that share a scale, but for one scale a row.</summary>
    public const int ScaleBlock = 32;

    private const int StepsOfAnOctave = 32;
    private const int ExponentBias = 127;

    private readonly torch.Tensor _zero;
    private readonly torch.Tensor _most;
    private readonly torch.Tensor _nibbles;
    private readonly torch.Tensor _smallest;

    /// <summary>Puts the constants on a device. They are tensors of one value: libtorch would divide by a number with its reciprocal.</summary>
    public IntegerCodes(torch.Device device)
    {
        _zero = Constant(0);
        _most = Constant(127);
        _nibbles = Constant(-8);
        _smallest = Constant(1e-35f);

        torch.Tensor Constant(float value)
        {
            using var host = torch.tensor(new[] { value });
            return host.to(device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <summary>Columns that share a scale.</summary>
    public static int BlockOf(WeightFormat format, int inputs) => format == WeightFormat.Int8Channel ? inputs : ScaleBlock;

    /// <summary>Columns after padding.</summary>
    public static int Padded(int inputs, int block) => checked((inputs + block - 1) / block * block);

    /// <summary>Bytes of a matrix in a format.</summary>
    public static long BytesOf(WeightFormat format, long rows, int inputs)
    {
        var block = BlockOf(format, inputs);
        long padded = Padded(inputs, block);
        return rows * ((format == WeightFormat.Int4Block32 ? padded / 2 : padded) + (padded / block * sizeof(float)));
    }

    /// <summary>Weights [rows, columns] to integers (as floats) [rows, padded] and scales.</summary>
    public (torch.Tensor Codes, torch.Tensor Scales) Quantize(torch.Tensor weights, WeightFormat format)
    {
        var blocks = Blocks(weights, BlockOf(format, (int)weights.shape[1]));
        var isNibble = format == WeightFormat.Int4Block32;
        var scales = isNibble ? Coded(LargestSigned(blocks).div(_nibbles), isNibble) : Coded(Largest(blocks).div(_most), isNibble);
        var inverse = scales.reciprocal().where(scales.ne(_zero), _zero);
        var codes = blocks.mul(inverse).round().clamp(isNibble ? -8 : -127, isNibble ? 7 : 127);
        return (codes.flatten(1), scales);
    }

    /// <summary>What activations become: the values their integers stand for, [rows, padded].</summary>
    public torch.Tensor Activations(torch.Tensor x, int block)
    {
        var blocks = Blocks(x, block);
        var largest = Largest(blocks);
        var inverse = _most.div(largest).where(largest.gt(_smallest), _zero);
        return blocks.mul(inverse).round().mul(largest.div(_most)).flatten(1);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _zero.Dispose();
        _most.Dispose();
        _nibbles.Dispose();
        _smallest.Dispose();
    }

    /// <summary>
    /// Scales [rows, blocks, 1] as codes give them: in a float's bit pattern, which is 2^18 · 32 · (exponent + fraction), a whole number of steps of 2^18 below the
    /// row's largest, at most 255, and rounded up; with a sign at most 127, and rounded to the nearest. In 64 bits all of it is exact, for normal numbers.
    /// </summary>
    private static torch.Tensor Coded(torch.Tensor scales, bool isSigned)
    {
        var magnitudes = scales.abs().to(torch.float64);
        var (mantissa, exponent) = magnitudes.frexp();
        var none = magnitudes.eq(0);
        // A mantissa from a half to one here is from one to two there.
        var places = mantissa.mul(2).add(exponent).add(ExponentBias - 2).mul(StepsOfAnOctave).masked_fill(none, 0);
        var rowBase = places.amax([1], keepdim: true).sub(isSigned ? sbyte.MaxValue : byte.MaxValue).clamp_min(0);
        var steps = places.sub(rowBase);
        var kept = rowBase.add((isSigned ? steps.add(0.5).floor() : steps.ceil()).clamp_min(0)).div(StepsOfAnOctave);
        var octave = kept.floor();
        var value = kept.sub(octave).add(1).ldexp(octave.sub(ExponentBias)).masked_fill(kept.eq(0), 0);
        return (isSigned ? value.mul(scales.ge(0).to(torch.float64).mul(2).sub(1)) : value).to(torch.float32);
    }

    private static torch.Tensor Largest(torch.Tensor blocks) => blocks.abs().amax([2], keepdim: true);

    private static torch.Tensor LargestSigned(torch.Tensor blocks)
    {
        var highest = blocks.amax([2], keepdim: true);
        var lowest = blocks.amin([2], keepdim: true);
        // Zero counts among the values, as where a block is padded.
        var above = highest.relu();
        var below = lowest.neg().relu().neg();
        return above.where(above.ge(below.neg()), below);
    }

    private static torch.Tensor Blocks(torch.Tensor rows, int block)
    {
        var columns = (int)rows.shape[1];
        var padded = Padded(columns, block);
        var whole = padded == columns ? rows : torch.nn.functional.pad(rows, [0, padded - columns]);
        return whole.reshape(rows.shape[0], padded / block, block);
    }
}
