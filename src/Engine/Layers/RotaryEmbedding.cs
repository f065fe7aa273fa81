using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Layers;

/// <summary>Rotary position embedding: the cosines and sines each row's query and key heads are rotated by.</summary>
/// <remarks>
/// <para>Formula: angle_i = m · w_i, w_i = base^(-2i/dh), i = 0 .. dh/2 - 1, pairs (i, i + dh/2); m may be fractional.</para>
/// <para>Frequencies and angles are 32-bit, as the reference code computes them: 16-bit angles break beyond about 2,000 positions.</para>
/// <para>Source: Su et al. 2021 (2104.09864); Llama 3.1's ramp; YaRN, Peng et al. 2023 (2309.00071); dynamic NTK as in Hugging Face's code.</para>
/// </remarks>
internal sealed class RotaryEmbedding
{
    private readonly double _theta;
    private readonly int _headSize;
    private readonly RopeScaling _scaling;
    private readonly float[] _frequencies;
    private readonly float _magnitude = 1;
    private readonly float[] _stretched;
    private int _stretchedLength;

    /// <summary>Creates the embedding of one model.</summary>
    /// <param name="theta">The base.</param>
    /// <param name="headSize">dh, even.</param>
    /// <param name="scaling">How positions are stretched.</param>
    public RotaryEmbedding(double theta, int headSize, RopeScaling scaling)
    {
        _theta = theta;
        _headSize = headSize;
        _scaling = scaling;
        _frequencies = new float[headSize / 2];
        _stretched = new float[headSize / 2];
        RopeFrequencies.Plain(theta, headSize, _frequencies);
        switch (scaling)
        {
            case RopeScaling.Linear linear:
                RopeFrequencies.ScaleLinear(linear, _frequencies);
                break;
            case RopeScaling.Llama3 llama3:
                RopeFrequencies.ScaleLlama3(llama3, _frequencies);
                break;
            case RopeScaling.Yarn yarn:
                RopeFrequencies.ScaleYarn(yarn, theta, headSize, _frequencies);
                _magnitude = (float)RopeFrequencies.YarnMagnitude(yarn);
                break;
        }
    }

    /// <summary>Writes dh/2 cosines, then dh/2 sines.</summary>
    /// <param name="position">The row's position m.</param>
    /// <param name="length">Tokens known when the row is made: max(prompt, position + 1). Only dynamic scaling asks.</param>
    /// <param name="cosSin">dh values.</param>
    public void FillRow(float position, int length, Span<float> cosSin)
    {
        var frequencies = FrequenciesFor(length);
        var half = frequencies.Length;
        for (var index = 0; index < half; index++)
        {
            var (sin, cos) = MathF.SinCos(position * frequencies[index]);
            cosSin[index] = cos * _magnitude;
            cosSin[half + index] = sin * _magnitude;
        }
    }

    private float[] FrequenciesFor(int length)
    {
        if (_scaling is not RopeScaling.DynamicNtk dynamic || length <= dynamic.OriginalContext)
        {
            return _frequencies;
        }

        if (_stretchedLength != length)
        {
            RopeFrequencies.Plain(RopeFrequencies.DynamicBase(dynamic, _theta, _headSize, length), _headSize, _stretched);
            _stretchedLength = length;
        }

        return _stretched;
    }
}
