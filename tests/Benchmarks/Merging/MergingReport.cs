using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Slerp.Benchmarks.Merging;

/// <summary>Figures of --timing and --quality as the tables and plots of docs/merging.md.</summary>
internal static class MergingReport
{
    private const string Page = "merging.md";

    /// <summary>Rewrites what stands between the page's markers, as far as the files have figures for it, and the plots beside it.</summary>
    public static void Write(IEnumerable<string> files, string docs)
    {
        var lines = files.SelectMany(File.ReadLines).Where(static line => line.StartsWith('{')).Select(static line => JsonNode.Parse(line)!).ToList();
        var path = Path.Combine(docs, Page);
        var page = File.ReadAllText(path);
        var timing = Of(lines, "merging-timing");
        var quality = Of(lines, "merging-quality");
        var loops = Of(lines, "merging-loops");
        Directory.CreateDirectory(Path.Combine(docs, "merging"));
        if (timing.Count > 0)
        {
            page = Replace(page, "timing", Timing(timing));
            File.WriteAllText(Path.Combine(docs, "merging", "prefill.svg"), PrefillPlot(timing));
        }

        foreach (var model in quality.Select(static line => Word(line, "model")).Distinct())
        {
            var own = quality.Where(line => Word(line, "model") == model).ToList();
            page = Replace(page, "agreement " + model, Agreement(own));
            page = Replace(page, "ways " + model, Ways(own));
            File.WriteAllText(Path.Combine(docs, "merging", $"agreement-{model}.svg"), AgreementPlot(model, own));
        }

        if (loops.Count > 0)
        {
            page = Replace(page, "loops", LoopRates(loops));
        }

        File.WriteAllText(path, page);
    }

    private static List<JsonNode> Of(List<JsonNode> lines, string bench) => [.. lines.Where(line => Word(line, "bench") == bench)];

    private static string Replace(string page, string name, string content)
    {
        var (begin, end) = ($"<!-- {name} -->", $"<!-- end of {name} -->");
        var start = page.IndexOf(begin, StringComparison.Ordinal);
        var stop = page.IndexOf(end, StringComparison.Ordinal);
        return start < 0 || stop < start
            ? throw new InvalidOperationException($"{Page} has no place between '{begin}' and '{end}'.")
            : $"{page[..(start + begin.Length)]}\n\n{content}\n{page[stop..]}";
    }

    private static string Timing(List<JsonNode> lines)
    {
        var table = new StringBuilder("| shape | prompt | cutoff | layer | rows after | prefill speed-up | bound | of the bound | KV rows | computed |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var line in lines)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {Word(line, "shape")} {Word(line, "format")} | {Number(line, "length"):0} | {Word(line, "cutoff")} | {Number(line, "layer"):0} of {Number(line, "layers"):0} | {Number(line, "rows_after"):0} "
                + $"| {Number(line, "prefill_speedup"):0.00} ({Number(line, "speedup_min"):0.00} to {Number(line, "speedup_max"):0.00}) | {Number(line, "bound"):0.00} "
                + $"| {Number(line, "share_of_bound"):0.00} | {Number(line, "kv_ratio"):0.000} | {Number(line, "kv_ratio_computed"):0.000} |\n");
        }

        return table.ToString();
    }

    private static string Agreement(List<JsonNode> lines)
    {
        var own = Usual(lines);
        var table = new StringBuilder("| tokens |");
        foreach (var cutoff in PublishedAgreement.Cutoffs)
        {
            table.Append(CultureInfo.InvariantCulture, $" {cutoff}/{PublishedAgreement.Layers} |");
        }

        table.Append("\n|---|").Append(string.Concat(PublishedAgreement.Cutoffs.Select(static _ => "---|"))).Append('\n');
        foreach (var group in own.GroupBy(static line => (int)Number(line, "length")).OrderBy(static group => group.Key))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {group.Key} |");
            foreach (var (line, index) in group.OrderBy(static line => Number(line, "cutoff")).Select(static (line, index) => (line, index)))
            {
                table.Append(CultureInfo.InvariantCulture, $" {Triple(line)}{Published(group.Key, index)} |");
            }

            table.Append('\n');
        }

        return table.ToString();
    }

    private static string Triple(JsonNode line) => string.Create(
        CultureInfo.InvariantCulture, $"{Number(line, "agreement_top1"):0.00} {Number(line, "agreement_top3"):0.00} {Number(line, "agreement_top5"):0.00}");

    private static string Published(int length, int index) => PublishedAgreement.Top1.ContainsKey(length)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" ({PublishedAgreement.Top1[length][index]:0.00} {PublishedAgreement.Top3[length][index]:0.00} {PublishedAgreement.Top5[length][index]:0.00})")
        : "";

    // Each way of merging, over all lengths from 128 tokens on.
    private static string Ways(List<JsonNode> lines)
    {
        var table = new StringBuilder("| variant | positions | pairs |");
        foreach (var cutoff in PublishedAgreement.Cutoffs)
        {
            table.Append(CultureInfo.InvariantCulture, $" {cutoff}/{PublishedAgreement.Layers} |");
        }

        table.Append(" rows after |\n|---|---|---|").Append(string.Concat(PublishedAgreement.Cutoffs.Select(static _ => "---|"))).Append("---|\n");
        foreach (var way in lines.Where(static line => Number(line, "length") >= 128).GroupBy(static line => (Word(line, "variant"), Word(line, "positions"), Word(line, "pairs"))))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {way.Key.Item1} | {way.Key.Item2} | {way.Key.Item3} |");
            foreach (var cutoff in way.GroupBy(static line => Number(line, "cutoff")).OrderBy(static group => group.Key))
            {
                var cases = cutoff.Sum(static line => Number(line, "cases"));
                table.Append(CultureInfo.InvariantCulture, $" {cutoff.Sum(static line => Number(line, "agreement_top1") * Number(line, "cases")) / cases:0.00} |");
            }

            table.Append(CultureInfo.InvariantCulture, $" {way.Average(static line => Number(line, "rows_after") / Number(line, "length")):0.00} |\n");
        }

        return table.ToString();
    }

    private static string LoopRates(List<JsonNode> lines)
    {
        var table = new StringBuilder("| model | cutoff | loop rate | answers | mean tokens |\n|---|---|---|---|---|\n");
        foreach (var line in lines)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {Word(line, "model")} | {Word(line, "cutoff")} | {Number(line, "loop_rate"):0.000} | {Number(line, "answers"):0} | {Number(line, "mean_tokens"):0} |\n");
        }

        return table.ToString();
    }

    private static string AgreementPlot(string model, List<JsonNode> lines)
    {
        double[] lengths = [16, 32, 64, 128, 256, 512, 1024, 2048];
        var plot = new SvgPlot($"Next token unchanged by merging: {model}, published dashed", "tokens", "share of texts", lengths, 0.5, 1);
        for (var index = 0; index < PublishedAgreement.Cutoffs.Count; index++)
        {
            var share = (double)PublishedAgreement.Cutoffs[index] / PublishedAgreement.Layers;
            plot.Add(
                $"cutoff {PublishedAgreement.Cutoffs[index]}/{PublishedAgreement.Layers}", index, isDashed: false,
                Usual(lines).Where(line => Math.Abs(Number(line, "cutoff") - share) < 1e-3).Select(static line => (Number(line, "length"), Number(line, "agreement_top1"))));
            var place = index;
            plot.Add("published", index, isDashed: true, PublishedAgreement.Top1.Select(entry => ((double)entry.Key, entry.Value[place])));
        }

        return plot.ToString();
    }

    private static string PrefillPlot(List<JsonNode> lines)
    {
        var own = lines.Where(static line => line["cutoff"]!.GetValueKind() == System.Text.Json.JsonValueKind.Number).ToList();
        var plot = new SvgPlot(
            "Prefill speed-up by merging, bound dashed", "share of the layers that see every token", "times faster",
            [.. own.Select(static line => Number(line, "cutoff")).Distinct().Order()], 1, 2);
        var colour = 0;
        foreach (var group in own.GroupBy(static line => (Word(line, "shape"), Number(line, "length"))))
        {
            plot.Add($"{group.Key.Item1}, {group.Key.Item2:0} tokens", colour, isDashed: false, group.Select(static line => (Number(line, "cutoff"), Number(line, "prefill_speedup"))));
            plot.Add("bound", colour++, isDashed: true, group.Select(static line => (Number(line, "cutoff"), Number(line, "bound"))));
        }

        return plot.ToString();
    }

    // The way that is merged by default.
    private static IEnumerable<JsonNode> Usual(List<JsonNode> lines) =>
        lines.Where(static line => Word(line, "variant") == "PerRow" && Word(line, "positions") == "Mean" && Word(line, "pairs") == "blind");

    private static double Number(JsonNode line, string name) => line[name]!.GetValue<double>();

    private static string Word(JsonNode line, string name) => line[name]!.ToString();
}
