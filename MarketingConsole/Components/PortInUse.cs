using Microsoft.AspNetCore.Connections;

namespace MarketingConsole.Components;

internal static class PortInUse
{
    /// <summary>Runs until stopped; an address in use is said in one line.</summary>
    /// <returns>The process's exit code.</returns>
    public static int RunOrSay(this WebApplication app)
    {
        try
        {
            app.Run();
            return 0;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            Console.Error.WriteLine($"{exception.Message} Stop the program that listens there, or choose another address: --urls http://localhost:5081");
            return 1;
        }
    }
}
