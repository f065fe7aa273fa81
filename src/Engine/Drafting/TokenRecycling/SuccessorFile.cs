using System.Buffers.Binary;

namespace Slerp.Engine.Drafting.TokenRecycling;

/// <summary>A successor table as bytes: what a warm table is kept as between runs.</summary>
/// <remarks>
/// Little-endian 32-bit numbers: mark, V, k, rows; then for each row its token and k successors, -1 for none. What does not fit the checkpoint, or is
/// damaged, is no table: it is made anew.
/// </remarks>
internal static class SuccessorFile
{
    private const int Mark = 0x31525453;
    private const int HeaderInts = 4;

    /// <summary>Most bytes a table of so many ids can take.</summary>
    public static long MostBytes(int vocabularySize) => sizeof(int) * (HeaderInts + ((long)vocabularySize * (RecyclingSource.Width + 1)));

    /// <summary>Writes a table.</summary>
    public static byte[] Write(SuccessorTable table)
    {
        var numbers = new List<int> { Mark, table.VocabularySize, table.Width, 0 };
        for (var token = 0; token < table.VocabularySize; token++)
        {
            var successors = table.Successors(token);
            if (successors.IsEmpty)
            {
                continue;
            }

            numbers.Add(token);
            numbers.AddRange(successors);
            numbers.AddRange(Enumerable.Repeat(SuccessorTable.Empty, table.Width - successors.Length));
        }

        numbers[HeaderInts - 1] = (numbers.Count - HeaderInts) / (table.Width + 1);
        var bytes = new byte[numbers.Count * sizeof(int)];
        for (var index = 0; index < numbers.Count; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(index * sizeof(int)), numbers[index]);
        }

        return bytes;
    }

    /// <summary>Reads a table; null where the bytes are none of this vocabulary.</summary>
    public static SuccessorTable? Read(ReadOnlySpan<byte> bytes, int vocabularySize)
    {
        const int Width = RecyclingSource.Width;
        if (bytes.Length < HeaderInts * sizeof(int) || Number(bytes, 0) != Mark || Number(bytes, 1) != vocabularySize || Number(bytes, 2) != Width)
        {
            return null;
        }

        var rows = Number(bytes, 3);
        if (rows < 0 || rows > vocabularySize || bytes.Length != sizeof(int) * (HeaderInts + ((long)rows * (Width + 1))))
        {
            return null;
        }

        var table = new SuccessorTable(vocabularySize, Width);
        Span<int> row = stackalloc int[Width + 1];
        for (var index = 0; index < rows; index++)
        {
            for (var column = 0; column <= Width; column++)
            {
                row[column] = Number(bytes, HeaderInts + (index * (Width + 1)) + column);
            }

            if (!IsRow(row, vocabularySize))
            {
                return null;
            }

            table.Write(row[0], row[1..]);
        }

        return table;
    }

    private static bool IsRow(ReadOnlySpan<int> row, int vocabularySize)
    {
        if ((uint)row[0] >= (uint)vocabularySize || row[1..].ContainsAnyExceptInRange(SuccessorTable.Empty, vocabularySize - 1))
        {
            return false;
        }

        // Siblings of a tree must differ.
        for (var index = 1; index < row.Length; index++)
        {
            if (row[index] != SuccessorTable.Empty && row[(index + 1)..].Contains(row[index]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Number(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadInt32LittleEndian(bytes[(index * sizeof(int))..]);
}
