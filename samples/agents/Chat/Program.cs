using System.CommandLine;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slerp.Engine;
using Slerp.Samples.Chat;

var parsed = ChatCommandLine.Create(RunAsync).Parse(args);
if (parsed.Errors.Count > 0)
{
    return Complain(string.Join(" ", parsed.Errors.Select(error => error.Message)) + " Try --help.", exitCode: 2);
}

return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(ChatSettings settings)
{
    using var interrupt = new Interrupt();
    var waiting = new Waiting();
    try
    {
        var prompt = settings.Prompt ?? (Console.IsInputRedirected ? await Console.In.ReadToEndAsync() : null);
        if (settings.Prompt is null && prompt is not null && string.IsNullOrWhiteSpace(prompt))
        {
            return Complain("There is nothing to answer: standard input is empty. Pipe a text in, or give --prompt TEXT.", exitCode: 2);
        }

        if (settings.Compare && prompt is null)
        {
            return Complain("--compare needs a text to answer twice: give --prompt TEXT, or pipe one in.", exitCode: 2);
        }

        // The two lines an application needs; everything else here is a console program around them.
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = settings.Model;
            options.Engine.AdapterPath = settings.Adapter;
            options.Engine.Backend = settings.Backend;
        }).ReportLoadProgress(waiting);
        ChatBackends.AddTo(services);
        if (settings.Drill is { } drill)
        {
            services.AddSingleton<IQualityCheck>(drill);
        }

        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();

        var conversation = new Conversation(client, settings, waiting);
        if (prompt is null)
        {
            await InteractiveChat.RunAsync(conversation, interrupt);
        }
        else if (settings.Compare)
        {
            await conversation.CompareAsync(prompt, interrupt.Arm());
        }
        else
        {
            var cancellation = interrupt.Arm();
            await conversation.LoadAsync(cancellation);
            await conversation.AnswerAsync(prompt, cancellation);
        }

        return 0;
    }
    catch (OperationCanceledException)
    {
        return Complain("Cancelled.", exitCode: 130);
    }
    catch (OptionsValidationException invalid)
    {
        return Complain(string.Join(" ", invalid.Failures), exitCode: 1);
    }
#pragma warning disable CA1031 // The outermost door: whatever failed becomes one line and an exit code.
    catch (Exception failure)
#pragma warning restore CA1031
    {
        return Complain(failure.Message, exitCode: 1);
    }
}

static int Complain(string message, int exitCode)
{
    Console.Error.WriteLine("error: " + message.ReplaceLineEndings(" "));
    return exitCode;
}
