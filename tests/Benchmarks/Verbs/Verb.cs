using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>One figure, or one family of figures, and how it is measured.</summary>
internal abstract class Verb(string name, string description, string defaultWeights = "random")
{
    private readonly SharedOptions _shared = new(defaultWeights);

    /// <summary>Its place on the command line.</summary>
    public Command ToCommand()
    {
        var command = new Command(name, description);
        _shared.AddTo(command);
        foreach (var option in Options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            await RunAsync(_shared.Read(parsed), parsed, cancellation);
            return 0;
        });
        return command;
    }

    /// <summary>Options of its own.</summary>
    protected virtual IEnumerable<Option> Options => [];

    /// <summary>Measures and prints.</summary>
    protected abstract Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken);
}
