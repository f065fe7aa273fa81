using Slerp.Engine.Backends;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Backends;

public sealed class WeightNarrowingTests
{
    [Fact]
    public void Narrow_AnyFiniteValue_IsTheNearestElement()
    {
        var random = new Random(9);
        foreach (var count in new[] { 1, 15, 16, 33, 20_000 })
        {
            // Any bits, ties among them, and the edges of every range.
            var values = new float[count];
            for (var i = 0; i < count; i++)
            {
                var bits = (uint)random.NextInt64(1L << 32);
                bits = (i % 4) switch { 0 => (bits & 0xFFFF0000) | 0x8000, 1 => bits & 0x80FFFFFF, _ => bits };
                values[i] = BitConverter.UInt32BitsToSingle(bits) is var value && float.IsFinite(value) ? value : -1.5f;
            }

            (values[0], values[^1]) = (float.MaxValue, float.Epsilon);
            var elements = new ushort[count];
            WeightNarrowing.Narrow(WeightDType.BF16, values, elements);
            Assert.Equal(values.Select(SafetensorsWriter.ToBFloat16), elements);
            WeightNarrowing.Narrow(WeightDType.F16, values, elements);
            Assert.Equal(values.Select(static value => BitConverter.HalfToUInt16Bits((Half)value)), elements);
        }
    }
}
