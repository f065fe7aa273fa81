using System.Text;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Puts strings together and keeps the origin of each character. Pays the budget for every character written.</summary>
/// <param name="budget">Who is paid.</param>
/// <param name="maximumLength">How long the text may become, beside what the budget allows.</param>
internal sealed class TextBuilder(RenderBudget budget, long maximumLength = long.MaxValue)
{
    private readonly StringBuilder text = new();
    private readonly List<OriginRun> runs = [];

    public RenderBudget Budget => budget;

    public int Length => text.Length;

    public TextBuilder Append(ReadOnlySpan<char> characters, int part = TextValue.Trusted)
    {
        if (characters.Length > 0)
        {
            Pay(characters.Length);
            text.Append(characters);
            Extend(part);
        }

        return this;
    }

    public TextBuilder Append(char character, int part = TextValue.Trusted) => Append([character], part);

    /// <summary>Pays before it writes, so that an absurd count costs nothing.</summary>
    public TextBuilder AppendRepeated(char character, long count, int part = TextValue.Trusted)
    {
        if (count > 0)
        {
            Pay(count);
            text.Append(character, (int)count);
            Extend(part);
        }

        return this;
    }

    public TextBuilder Append(TextValue value) => Append(value, 0, value.Length);

    public TextBuilder Append(TextValue value, int start, int length)
    {
        if (length <= 0)
        {
            return this;
        }

        if (value.UniformPart is { } part)
        {
            return Append(value.Text.AsSpan(start, length), part);
        }

        value.VisitRuns(start, length, (runStart, runLength, runPart) => Append(value.Text.AsSpan(runStart, runLength), runPart));
        return this;
    }

    public TextValue ToText() => text.Length == 0 ? TextValue.Empty : new TextValue(text.ToString(), runs);

    private void Pay(long count)
    {
        budget.Characters(count);
        if (text.Length + count > maximumLength)
        {
            throw budget.Fail($"the prompt grows beyond {maximumLength:N0} characters, the limit for {budget.Limits.Conversation}. Send fewer turns, or shorten what the template writes around each.");
        }
    }

    private void Extend(int part)
    {
        if (runs.Count > 0 && runs[^1].Part == part)
        {
            runs[^1] = new OriginRun(text.Length, part);
        }
        else
        {
            runs.Add(new OriginRun(text.Length, part));
        }
    }
}
