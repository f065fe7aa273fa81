namespace Slerp.Engine.Tokenizers;

/// <summary>Builds a changed text with its alignment, within a bound that keeps rules from a file from filling the memory.</summary>
internal sealed class AlignedTextBuilder
{
    // U+FDFA grows 18-fold under NFKD, the most any Unicode character does; 32 leaves room for a prefix and a replacement besides.
    private const int MaximumGrowth = 32;
    private const int FreeLength = 4096;

    private readonly string fileName;
    private readonly int originalLength;
    private readonly long maximumLength;
    private char[] text;
    private int[] starts;
    private int[] ends;

    /// <summary>An empty text that grows out of <paramref name="source"/>.</summary>
    public AlignedTextBuilder(AlignedText source, string fileName)
    {
        this.fileName = fileName;
        originalLength = source.OriginalLength;
        maximumLength = Math.Max(((long)originalLength * MaximumGrowth) + FreeLength, source.Text.Length + FreeLength);
        var capacity = source.Text.Length + 8;
        text = new char[capacity];
        starts = new int[capacity];
        ends = new int[capacity];
    }

    /// <summary>How many characters were added so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a character that came from [start, end) of the original.</summary>
    public void Add(char character, int start, int end)
    {
        if (Length == text.Length)
        {
            Grow();
        }

        text[Length] = character;
        starts[Length] = start;
        ends[Length++] = end;
    }

    /// <summary>Adds a character unchanged.</summary>
    public void Copy(AlignedText source, int index) => Add(source.Text[index], source.StartOf(index), source.EndOf(index));

    /// <summary>Adds characters unchanged.</summary>
    public void Copy(AlignedText source, int index, int length)
    {
        for (var i = index; i < index + length; i++)
        {
            Copy(source, i);
        }
    }

    /// <summary>Adds a string that stands for [start, end) of the original.</summary>
    public void Add(string characters, int start, int end)
    {
        foreach (var character in characters)
        {
            Add(character, start, end);
        }
    }

    /// <summary>The text built.</summary>
    public AlignedText Build() => new(new string(text, 0, Length), starts, ends, originalLength);

    private void Grow()
    {
        if (Length >= maximumLength)
        {
            throw new CheckpointException(
                fileName,
                $"normalizer: a text of {originalLength} characters grew past {maximumLength}. The rules multiply text; use a tokenizer that does not.");
        }

        var capacity = (int)Math.Min(text.Length * 2L, Math.Min(maximumLength, Array.MaxLength));
        Array.Resize(ref text, capacity);
        Array.Resize(ref starts, capacity);
        Array.Resize(ref ends, capacity);
    }
}
