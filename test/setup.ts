process.env['RXDESCENT_CHECK'] = '1';
