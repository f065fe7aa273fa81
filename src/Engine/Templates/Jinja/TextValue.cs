namespace Slerp.Engine.Templates.Jinja;

/// <summary>A string that knows, character by character, whether the template or a part of the conversation wrote it.</summary>
/// <remarks>Immutable. A string of one origin carries no run list, so trusted text costs what a plain string costs.</remarks>
internal sealed class TextValue : JinjaValue
{
    /// <summary>The origin of characters the template itself wrote.</summary>
    public const int Trusted = -1;

    public static readonly TextValue Empty = new("");

    private readonly int part;
    private readonly OriginRun[]? runs;

    public TextValue(string text, int part = Trusted)
    {
        Text = text;
        this.part = part;
    }

    public TextValue(string text, IReadOnlyList<OriginRun> runs)
    {
        Text = text;
        part = runs.Count > 0 ? runs[0].Part : Trusted;
        this.runs = runs.Count > 1 ? [.. runs] : null;
    }

    private TextValue(TextValue other, bool markup)
    {
        (Text, part, runs) = (other.Text, other.part, other.runs);
        IsMarkup = markup;
    }

    public string Text { get; }

    /// <summary>Whether the text is marked safe: adding unmarked text to it escapes that text, as Jinja does.</summary>
    public bool IsMarkup { get; }

    public int Length => Text.Length;

    public override string TypeName => "str";

    public override bool IsTrue => Text.Length > 0;

    public TextValue AsMarkup() => IsMarkup ? this : new TextValue(this, markup: true);

    public TextValue AsPlain() => IsMarkup ? new TextValue(this, markup: false) : this;

    /// <summary>The one origin of the whole string, or null where it has several.</summary>
    public int? UniformPart => runs is null ? part : null;

    public int PartAt(int index) => runs is null ? part : runs[FindRun(index)].Part;

    /// <summary>Calls <paramref name="visit"/> with (start, length, part) for each run inside the range.</summary>
    public void VisitRuns(int start, int length, Action<int, int, int> visit)
    {
        if (runs is null)
        {
            if (length > 0)
            {
                visit(start, length, part);
            }

            return;
        }

        var end = start + length;
        for (var index = length > 0 ? FindRun(start) : runs.Length; index < runs.Length && start < end; index++)
        {
            var stop = Math.Min(runs[index].End, end);
            visit(start, stop - start, runs[index].Part);
            start = stop;
        }
    }

    /// <summary>The characters [start, start + length) with their origins.</summary>
    public TextValue Slice(int start, int length)
    {
        if (length == Text.Length)
        {
            return this;
        }

        if (length == 0)
        {
            return Empty;
        }

        var slice = SlicePlain(start, length);
        return IsMarkup ? slice.AsMarkup() : slice;
    }

    private TextValue SlicePlain(int start, int length)
    {
        var text = Text.Substring(start, length);
        if (runs is null)
        {
            return new TextValue(text, part);
        }

        var sliced = new List<OriginRun>();
        VisitRuns(start, length, (runStart, runLength, runPart) => sliced.Add(new OriginRun(runStart + runLength - start, runPart)));
        return new TextValue(text, sliced);
    }

    private int FindRun(int index)
    {
        var low = 0;
        var high = runs!.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].End <= index)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
