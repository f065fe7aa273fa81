using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>The message of a check, written only where the check fails: a step that fits allocates nothing.</summary>
[InterpolatedStringHandler]
internal readonly ref struct RefusalMessage
{
    private readonly StringBuilder? _text;

    /// <summary>Called by the compiler.</summary>
    public RefusalMessage(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = holds ? null : new StringBuilder(literalLength + (formattedCount * 8));
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

    /// <inheritdoc />
    public override string ToString() => _text?.ToString() ?? string.Empty;
}
