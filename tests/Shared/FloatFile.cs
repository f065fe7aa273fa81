namespace Slerp.Tests.Shared;

/// <summary>Reads a file of little-endian 32-bit floats.</summary>
internal static class FloatFile
{
    /// <summary>The values as rows of a width.</summary>
    public static float[][] Rows(string path, int columns)
    {
        var bytes = File.ReadAllBytes(path);
        var rows = new float[bytes.Length / 4 / columns][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new float[columns];
            Buffer.BlockCopy(bytes, row * columns * 4, rows[row], 0, columns * 4);
        }

        return rows;
    }
}
