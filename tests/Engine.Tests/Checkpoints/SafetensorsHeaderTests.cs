using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using FsCheck.Fluent;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Tests.Checkpoints;

public sealed class SafetensorsHeaderTests
{
    private const string Good = """{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""";

    [Theory]
    [InlineData(Good, 16)]
    [InlineData("{}", 0)]
    [InlineData(" {} \t\r\n", 0)]
    [InlineData("""{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 3)]
    [InlineData("""{"e":{"dtype":"F32","shape":[0,8],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"note":{"deep":[1,2]}}}""", 1)]
    public void Parse_WellFormedHeader_IsAccepted(string header, long dataLength) => Parse(header, dataLength);

    [Theory]
    [InlineData("", 0)]
    [InlineData("[]", 0)]
    [InlineData("null", 0)]
    [InlineData("{}{}", 0)]
    [InlineData("{} x", 0)]
    [InlineData("{}\0", 0)]
    [InlineData("{/* */}", 0)]
    [InlineData("\uFEFF{}", 0)]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},}", 16)]
    [InlineData(Good, 15)]
    [InlineData(Good, 17)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[16,0]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[-16,0]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16.0]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,1.6e1]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,016]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,8,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,18446744073709551615]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"w":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"w":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"w":{"dtype":"F33","shape":[2,2],"data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":null,"shape":[2,2],"data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"shape":[2,2],"data_offsets":[0,16]}}""", 16)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,2]}}""", 16)]
    [InlineData("""{"w":null}""", 0)]
    [InlineData("""{"w":[]}""", 0)]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"n":1,"\u006e":2}}""", 1)]
    [InlineData("""{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0077":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0)]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0)]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0)]
    [InlineData("""{"__metadata__":[]}""", 0)]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3)]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}""", 4)]
    public void Parse_MalformedHeader_IsRefused(string header, long dataLength)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Parse(header, dataLength));
        Assert.Equal("w.safetensors", refusal.File);
    }

    [Fact]
    public void Parse_InvalidUtf8Name_IsRefused()
    {
        var header = Encoding.UTF8.GetBytes(Good);
        header[2] = 0xFF;
        Assert.Throws<CheckpointException>(() => SafetensorsHeader.Parse("w.safetensors", header, 8, 16));
    }

    [Fact]
    public void Parse_DeepNesting_IsRefusedWithoutRecursion() =>
        Assert.Throws<CheckpointException>(() => Parse("{\"a\":" + new string('[', 200_000), 0));

    [Fact]
    public void Parse_NameWithControlCharacters_DoesNotForgeALogLine()
    {
        var refusal = Assert.Throws<CheckpointException>(() => Parse("""{"a\nERROR all is lost":{"dtype":"F33","shape":[],"data_offsets":[0,0]}}""", 0));
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void TryCountBytes_AnyShape_AgreesWithUnboundedArithmetic()
    {
        var dimension = Gen.OneOf(
            Gen.Choose(0, 9).Select(static small => (long)small),
            Gen.Choose(0, 62).Select(static power => 1L << power),
            Gen.Choose(0, int.MaxValue).Select(static large => ((long)large << 32) | (uint)large));
        var shapes =
            from rank in Gen.Choose(0, SafetensorsHeader.MaxRank)
            from shape in dimension.ArrayOf(rank)
            from dtype in Gen.Elements(Enum.GetValues<TensorDType>())
            select (shape, dtype);

        Prop.ForAll(shapes.ToArbitrary(), static test =>
        {
            var isCounted = SafetensorsLayout.TryCountBytes(test.dtype, [.. test.shape], out var bytes);
            var oracle = Oracle(test.dtype, test.shape);
            return isCounted ? oracle == bytes : oracle is null;
        }).Holds(5000);
    }

    /// <summary>Bytes, or null where a partial product passes 2^63 - 1 or the bits do not fill whole bytes.</summary>
    private static BigInteger? Oracle(TensorDType dtype, long[] shape)
    {
        var count = BigInteger.One;
        foreach (var dimension in shape)
        {
            count *= dimension;
            if (count > long.MaxValue)
            {
                return null;
            }
        }

        var bits = count * dtype.Bits();
        return bits % 8 == 0 && bits / 8 <= long.MaxValue ? bits / 8 : null;
    }

    private static ImmutableArray<TensorEntry> Parse(string header, long dataLength) =>
        [.. SafetensorsHeader.Parse("w.safetensors", Encoding.UTF8.GetBytes(header), 8, dataLength)];
}
