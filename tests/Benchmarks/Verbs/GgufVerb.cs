using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Writes a shape's checkpoint as GGUF, for the comparison with other programs.</summary>
internal sealed class GgufVerb() : Verb("gguf", "Writes the checkpoint as a GGUF file: BF16, or Q8_0 with --format int8.")
{
    private readonly Option<string> _output = new("--out") { Required = true, Description = "The file to write." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_output];

    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (settings.Format is not (WeightFormat.BFloat16 or WeightFormat.Int8Block32))
        {
            throw new ArgumentException($"--format is {settings.FormatName}; GGUF is written as bf16 or int8.");
        }

        var path = parsed.GetValue(_output)!;
        GgufCheckpoint.Write(settings.Folder, settings.Shape, path, settings.Format == WeightFormat.Int8Block32);
        Progress.Say($"{path}: {new FileInfo(path).Length / 1e6:N0} MB");
        return Task.CompletedTask;
    }
}
