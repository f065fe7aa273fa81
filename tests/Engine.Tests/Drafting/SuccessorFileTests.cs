using System.Buffers.Binary;
using Slerp.Engine.Drafting.TokenRecycling;

namespace Slerp.Engine.Tests.Drafting;

public sealed class SuccessorFileTests
{
    private const int V = 40;

    [Fact]
    public void Table_ComesBackAsItWas()
    {
        var table = Example();
        var read = SuccessorFile.Read(SuccessorFile.Write(table), V)!;
        Assert.Equal(table.RowCount, read.RowCount);
        for (var token = 0; token < V; token++)
        {
            Assert.Equal(table.Successors(token).ToArray(), read.Successors(token).ToArray());
        }
    }

    [Fact]
    public void OtherVocabulary_IsNoTable() => Assert.Null(SuccessorFile.Read(SuccessorFile.Write(Example()), V + 1));

    [Fact]
    public void AnyDamage_IsNoTableOrATableOfTheVocabulary()
    {
        var bytes = SuccessorFile.Write(Example());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(SuccessorFile.Read(bytes.AsSpan(0, length), V));
        }

        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (SuccessorFile.Read(damaged, V) is { } table)
            {
                for (var token = 0; token < V; token++)
                {
                    var successors = table.Successors(token).ToArray();
                    Assert.All(successors, successor => Assert.InRange(successor, 0, V - 1));
                    Assert.Equal(successors.Length, successors.Distinct().Count());
                }
            }
        }
    }

    [Fact]
    public void RowCountBeyondTheBytes_IsNoTable()
    {
        var bytes = SuccessorFile.Write(Example());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), int.MaxValue);
        Assert.Null(SuccessorFile.Read(bytes, V));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), -1);
        Assert.Null(SuccessorFile.Read(bytes, V));
    }

    private static SuccessorTable Example()
    {
        var table = new SuccessorTable(V, RecyclingSource.Width);
        table.Write(3, [1, 2, 39]);
        table.Write(0, [7, 6, 5, 4, 3, 2, 1, 0]);
        table.Promote(20, 21);
        return table;
    }
}
