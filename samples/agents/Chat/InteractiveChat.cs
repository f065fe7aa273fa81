using Slerp.Engine;
using Spectre.Console;

namespace Slerp.Samples.Chat;

/// <summary>A conversation on a terminal, until the input ends (Ctrl+D) or /exit is typed.</summary>
internal static class InteractiveChat
{
    public static async Task RunAsync(Conversation conversation, Interrupt interrupt)
    {
        var model = await conversation.LoadAsync(interrupt.Arm());
        interrupt.Disarm();
        AnsiConsole.MarkupLineInterpolated($"[bold]{model.Name}[/] [grey]({model.Architecture}, {model.Parameters / 1e6:N1} M parameters, {model.Device})[/]");
        AnsiConsole.MarkupLine("[grey]/clear forgets the conversation, /exit ends it; Ctrl+C cuts an answer short.[/]");
        while (true)
        {
            AnsiConsole.Markup("[green]>[/] ");
            switch (Console.ReadLine())
            {
                case null or "/exit":
                    return;
                case "/clear":
                    conversation.Clear();
                    break;
                case { Length: > 0 } text:
                    await AnswerAsync(conversation, text, interrupt);
                    break;
            }
        }
    }

    private static async Task AnswerAsync(Conversation conversation, string text, Interrupt interrupt)
    {
        try
        {
            await conversation.AnswerAsync(text, interrupt.Arm());
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.WriteLine();
        }
        catch (EngineException failure)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{failure.Message}[/]");
        }
        finally
        {
            interrupt.Disarm();
        }
    }
}
