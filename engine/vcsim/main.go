// Command vcsim is a simulated vCenter Server or ESXi host: govmomi's simulator with an inventory that machines can be
// deployed to, a certificate that can be verified, and faults on request.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "The simulator cannot start:", err)
		os.Exit(1)
	}
}

func run() error {
	esxi := flag.Bool("esxi", false, "be one ESXi host, not a vCenter Server")
	port := flag.Int("port", 0, "port to listen on; 0: any free one")
	username := flag.String("username", "admin", "who may log in; the password is the environment's SIMULATOR_PASSWORD")
	ca := flag.String("ca", "", "file of the CA certificate, for the line that says where it is")
	certificate := flag.String("certificate", "", "file of the server's certificate")
	key := flag.String("key", "", "file of its key")
	bootstrap := flag.String("bootstrap", "", "address of the Management Node that machines call home to when they start")
	flag.Parse()

	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		return err
	}
	model := simulator.VPX()
	model.ClusterHost, model.Pool = 2, 1
	if *esxi {
		model = simulator.ESX()
	}
	model.Datastore, model.Machine = 2, 0
	defer model.Remove()
	if err := model.Create(); err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(*port))
	model.Service.Listen = &url.URL{Host: address, User: url.UserPassword(*username, os.Getenv("SIMULATOR_PASSWORD"))}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	registry := model.Map()
	startWithHosts(registry)
	faults := newFaults(model.Service)
	guests := newGuests(model.Service, *bootstrap)
	registry.Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		guests.see(ctx, method)
		return faults.handle(ctx, method)
	}
	server, err := serve(model.Service)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := furnish(server.URL, *esxi); err != nil {
		return err
	}
	server.Config.Handler = faults.wrap(server.Config.Handler)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	what := "vCenter Server"
	if *esxi {
		what = "ESXi host"
	}
	fmt.Printf("Simulated %s at https://%s/ (CA certificate: %s)\n", what, server.URL.Host, *ca)
	<-stop
	return nil
}

// serve starts the service; govmomi panics where it cannot listen.
func serve(service *simulator.Service) (server *simulator.Server, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%v", reason)
		}
	}()
	return service.NewServer(), nil
}

// furnish adds what the models lack: a second network on each host and, on a vCenter Server, a folder for machines.
func furnish(address *url.URL, esxi bool) error {
	ctx := context.Background()
	client, err := newClient(ctx, address)
	if err != nil {
		return err
	}
	finder := find.NewFinder(client)
	datacenter, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		return err
	}
	finder.SetDatacenter(datacenter)
	hosts, err := finder.HostSystemList(ctx, "*")
	if err != nil {
		return err
	}
	for _, host := range hosts {
		network, err := host.ConfigManager().NetworkSystem(ctx)
		if err != nil {
			return err
		}
		err = network.AddPortGroup(ctx, types.HostPortGroupSpec{Name: "Media", VswitchName: "vSwitch0"})
		// The hosts of a datacenter share the network; govmomi adds it once.
		if err != nil && !fault.Is(err, &types.DuplicateName{}) {
			return err
		}
	}
	if esxi {
		return nil
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	_, err = folders.VmFolder.CreateFolder(ctx, "Conferencing")
	return err
}
