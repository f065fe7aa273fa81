using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Writes a shape's checkpoint as GGUF, for the comparison with other programs.</summary>
internal sealed class GgufVerb() : Verb("gguf", "Writes the checkpoint as a GGUF file: BF16, Q8_0 with --format int8, Q4_0 with int4.")
{
    private readonly Option<string> _output = new("--out") { Required = true, Description = "The file to write." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_output];

    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(_output)!;
        var format = GgufFormat.Beside(settings.Format);
        GgufCheckpoint.Write(settings.Folder, settings.Shape, path, format);
        Progress.Say($"{path}: {format.Name}, {new FileInfo(path).Length / 1e6:N0} MB");
        return Task.CompletedTask;
    }
}
