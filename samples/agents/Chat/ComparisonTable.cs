using System.Globalization;
using Microsoft.Extensions.AI;
using Slerp.Connector;
using Spectre.Console;

namespace Slerp.Samples.Chat;

/// <summary>The same prompt answered in several ways, side by side.</summary>
internal static class ComparisonTable
{
    public static void Write(IReadOnlyDictionary<string, ChatResponse> responses)
    {
        var table = new Table().AddColumn("").AddColumns([.. responses.Keys]);
        var statistics = responses.Values.Select(response => response.GetSlerpStatistics()!).ToList();
        Row("tokens", one => one.OutputTokens.ToString(CultureInfo.InvariantCulture));
        Row("steps", one => one.Steps.ToString(CultureInfo.InvariantCulture));
        Row("tokens per step", one => one.TokensPerStep.ToString("0.00", CultureInfo.InvariantCulture));
        Row("tokens per second", one => one.TokensPerSecond.ToString("0.0", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        var texts = responses.Values.Select(response => response.Text).Distinct().ToList();
        AnsiConsole.WriteLine(texts.Count == 1 ? "The texts are equal:" : "The texts differ. This should never happen: please report it.");
        foreach (var text in texts)
        {
            AnsiConsole.WriteLine(text);
        }

        void Row(string name, Func<SlerpStatistics, string> figure) => table.AddRow([name, .. statistics.Select(figure)]);
    }
}
