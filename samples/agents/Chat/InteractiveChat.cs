using Spectre.Console;

namespace Slerp.Samples.Chat;

/// <summary>A conversation on a terminal, until an empty input ends it (Ctrl+D) or /exit is typed.</summary>
internal static class InteractiveChat
{
    public static async Task RunAsync(Conversation conversation, Interrupt interrupt)
    {
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
        finally
        {
            interrupt.Disarm();
        }
    }
}
