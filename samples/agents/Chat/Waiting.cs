using Slerp.Engine;
using Spectre.Console;

namespace Slerp.Samples.Chat;

/// <summary>Shows on standard error, where that is a terminal, what is being waited for.</summary>
internal sealed class Waiting : IProgress<LoadProgress>
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private StatusContext? _status;

    /// <summary>Told by the loader.</summary>
    public void Report(LoadProgress value)
    {
        if (_status is { } status)
        {
            status.Status = $"Loading the model: {value.Fraction:P0} of {value.BytesTotal / 1e6:N0} MB";
        }
    }

    /// <summary>Shows <paramref name="what"/> until the work is done.</summary>
    public async Task<T> ForAsync<T>(string what, Func<Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work();
        }

        return await _console.Status().StartAsync(what, async status =>
        {
            _status = status;
            try
            {
                return await work();
            }
            finally
            {
                _status = null;
            }
        });
    }
}
