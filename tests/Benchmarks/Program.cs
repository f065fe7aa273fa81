using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Verbs;

var root = new RootCommand("Measures Slerp. Each verb prints JSON lines on standard output, one per figure; progress goes to standard error.");
foreach (var verb in VerbCatalog.All)
{
    root.Subcommands.Add(verb.ToCommand());
}

#if !WITHOUT_KERNELS
root.Subcommands.Add(KernelsCommand.Create());
#endif

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
#pragma warning disable CA1031 // The outermost door: whatever failed becomes one line and an exit code.
catch (Exception failure)
#pragma warning restore CA1031
{
    Progress.Say("error: " + failure.Message);
    return 1;
}
